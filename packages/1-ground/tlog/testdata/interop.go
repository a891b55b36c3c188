// Checks what Twinward made with golang.org/x/mod's sumdb/note and sumdb/tlog, and makes the same things for Twinward to
// check. Reads one JSON object on standard input, writes one on standard output; fails loudly on the first fault.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type record struct {
	Index int64
	Size  int64
	Leaf  []byte
	Root  []byte
	Proof [][]byte
}

type consistency struct {
	OldSize int64
	OldRoot []byte
	Size    int64
	Root    []byte
	Proof   [][]byte
}

type input struct {
	VerifierKey string
	Checkpoints []string
	Records     []record
	Trees       []consistency
	Entries     [][]byte
}

type output struct {
	Checked     int
	VerifierKey string
	Checkpoint  string
	Records     []record
	Trees       []consistency
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

func main() {
	var in input
	must(json.NewDecoder(os.Stdin).Decode(&in))
	out := output{}
	verifier, err := note.NewVerifier(in.VerifierKey)
	must(err)
	for _, text := range in.Checkpoints {
		opened, err := note.Open([]byte(text), note.VerifierList(verifier))
		must(err)
		lines := strings.Split(opened.Text, "\n")
		if lines[0] != verifier.Name() {
			must(fmt.Errorf("origin %q", lines[0]))
		}
		_, err = strconv.ParseInt(lines[1], 10, 64)
		must(err)
		_, err = tlog.ParseHash(lines[2])
		must(err)
		out.Checked++
	}
	for _, r := range in.Records {
		must(tlog.CheckRecord(toHashes(r.Proof), r.Size, hash(r.Root), r.Index, hash(r.Leaf)))
		out.Checked++
	}
	for _, t := range in.Trees {
		must(tlog.CheckTree(toHashes(t.Proof), t.Size, hash(t.Root), t.OldSize, hash(t.OldRoot)))
		out.Checked++
	}
	makeOwn(in.Entries, &out)
	must(json.NewEncoder(os.Stdout).Encode(out))
}

// makeOwn builds the same tree in Go, with a proof for every entry and every earlier size.
func makeOwn(entries [][]byte, out *output) {
	var stored hashes
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, stored)
		must(err)
		stored = append(stored, more...)
	}
	size := int64(len(entries))
	root, err := tlog.TreeHash(size, stored)
	must(err)
	for i := int64(0); i < size; i++ {
		proof, err := tlog.ProveRecord(size, i, stored)
		must(err)
		leaf := tlog.RecordHash(entries[i])
		out.Records = append(out.Records, record{i, size, leaf[:], root[:], fromHashes(proof)})
		old, err := tlog.TreeHash(i+1, stored)
		must(err)
		tree, err := tlog.ProveTree(size, i+1, stored)
		must(err)
		out.Trees = append(out.Trees, consistency{i + 1, old[:], size, root[:], fromHashes(tree)})
	}
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	text := fmt.Sprintf("go.example/log\n%d\n%s\n", size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	out.VerifierKey, out.Checkpoint = public, string(signed)
}

func hash(bytes []byte) (h tlog.Hash) {
	if copy(h[:], bytes) != tlog.HashSize || len(bytes) != tlog.HashSize {
		must(fmt.Errorf("a hash of %d bytes", len(bytes)))
	}
	return h
}

func toHashes(list [][]byte) []tlog.Hash {
	out := []tlog.Hash{}
	for _, bytes := range list {
		out = append(out, hash(bytes))
	}
	return out
}

func fromHashes(list []tlog.Hash) [][]byte {
	out := [][]byte{}
	for i := range list {
		out = append(out, list[i][:])
	}
	return out
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
