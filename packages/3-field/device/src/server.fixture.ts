/** For tests: a server that enrols one device and answers frames with true proofs, or with a lie on request. */
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";
import {
  type CborValue,
  checkPublicKey,
  encodeCbor,
  encodeSignalTable,
  frameDigest,
  type ParsedFrame,
  parseFrame,
  possessionStatement,
  publicKeyFromSpki,
  signerFromSeed,
  spkiOf,
  verifyFrame,
  verifySignature,
} from "@twinward/frame";
import { fromBase64, isRefusal, type Refusal, toHex } from "@twinward/kernel";
import {
  formatCheckpoint,
  formatProof,
  formatVerifierKey,
  leafHash,
  MerkleTree,
  signNote,
  verifierKeyOf,
} from "@twinward/tlog";
import { WebSocketServer } from "ws";
import type { EnrolmentAnswer, EnrolmentRequest, EnrolmentToken } from "./enrolment-messages.ts";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const CRYPTO = webcrypto as unknown as Crypto;
export const SIGNALS = [
  ["L_T1", "m"],
  ["F_PU1", "L/s"],
] as const;

/** A log in memory: entries, one checkpoint per entry. */
export class FakeLog {
  readonly #signer = signerFromSeed(new Uint8Array(32).fill(42));
  readonly key = verifierKeyOf("twinward.example/c-town/0011223344556677", this.#signer.publicKey.raw);
  readonly vkey = formatVerifierKey(this.key);
  #entries: { digest: string; bytes: Uint8Array }[] = [];
  #tree = new MerkleTree();

  get digests(): string[] {
    return this.#entries.map(({ digest }) => digest);
  }

  /** Proof of the entry of this frame, appended unless it is there already. */
  prove(digest: Uint8Array, kind = "frame"): string {
    const name = toHex(digest);
    let index = this.#entries.findIndex((entry) => entry.digest === name);
    if (index < 0) index = this.#append(name, entryBytes(kind, digest));
    return this.proofOf(index);
  }

  proofOf(index: number): string {
    const { size } = this.#tree;
    const text = formatCheckpoint({ origin: this.key.name, size, root: this.#tree.root() });
    const checkpoint = signNote(text, [{ key: this.key, sign: (message) => this.#signer.sign(message) }]);
    const extra = this.#entries[index]!.bytes;
    return formatProof({ index, hashes: this.#tree.inclusionProof(index), checkpoint, extra });
  }

  /** The log of an operator who restored an old copy, or wrote another history of the same length. */
  rewrite(count: number): void {
    this.#entries = [];
    this.#tree = new MerkleTree();
    for (let i = 0; i < count; i++) this.#append(`other ${i}`, Uint8Array.of(i));
  }

  #append(digest: string, bytes: Uint8Array): number {
    this.#tree.append(leafHash(bytes));
    return this.#entries.push({ digest, bytes }) - 1;
  }
}

function entryBytes(kind: string, digest: Uint8Array): Uint8Array {
  const facts = new Map<string, CborValue>([
    ["device", "plc1"],
    ["digest", digest],
  ]);
  const entry = new Map<string, CborValue>([
    ["v", 1],
    ["at", 1],
    ["kind", kind],
    ["facts", facts],
  ]);
  return encodeCbor(entry);
}

export type AnswerFrame = (frame: ParsedFrame, digest: Uint8Array) => string | Refusal | undefined;

export class FakeServer {
  readonly log = new FakeLog();
  readonly token: EnrolmentToken;
  /** What to answer; undefined answers nothing and cuts the connection. */
  answer: AnswerFrame = (_, digest) => this.log.prove(digest);
  /** Checkpoint headers that devices showed. */
  readonly shown: (string | undefined)[] = [];
  webSockets = true;
  /** Where the device's chain stands in the log when it enrols. */
  chain = { lastBoot: 0, lastDigest: "00".repeat(32) };
  /** Changes the enrolment answer on its way. */
  tamper: (answer: EnrolmentAnswer) => EnrolmentAnswer = (answer) => answer;
  readonly #ca: x509.X509Certificate;
  readonly #caKeys: CryptoKeyPair;
  readonly #server: Server;
  #frameKey: ReturnType<typeof checkPublicKey> | undefined;

  private constructor(ca: x509.X509Certificate, caKeys: CryptoKeyPair, server: Server) {
    this.#ca = ca;
    this.#caKeys = caKeys;
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.token = {
      v: 1,
      server: `https://127.0.0.1:${port}`,
      site: "c-town",
      device: "plc1",
      secret: "correct horse",
      caSpki: createHash("sha256").update(new Uint8Array(ca.publicKey.rawData)).digest("hex"),
      expires: "2099-01-01T00:00:00Z",
    };
  }

  static async start(): Promise<FakeServer> {
    const caKeys = (await CRYPTO.subtle.generateKey(ECDSA, true, ["sign", "verify"])) as CryptoKeyPair;
    const keys = (await CRYPTO.subtle.generateKey(ECDSA, true, ["sign", "verify"])) as CryptoKeyPair;
    const ca = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name: "CN=Test CA",
        signingAlgorithm: ECDSA,
        keys: caKeys,
        extensions: [new x509.BasicConstraintsExtension(true)],
      },
      CRYPTO,
    );
    const names = new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]);
    const own = await issue(ca, caKeys, keys.publicKey, [names]);
    const pkcs8 = await CRYPTO.subtle.exportKey("pkcs8", keys.privateKey);
    const server = createServer({
      // The server sends its CA behind its own certificate: docs/formats/enrolment.md.
      cert: `${own.toString("pem")}\n${ca.toString("pem")}\n`,
      key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
      ca: ca.toString("pem"),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const fake = new FakeServer(ca, caKeys, server);
    fake.#listen();
    return fake;
  }

  get connections(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((_, count) => resolve(count)));
  }

  /** Cuts every connection, as a restart would. */
  cut(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.terminate();
  }

  stop(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  readonly #sockets = new Set<{ terminate(): void }>();

  #listen(): void {
    const sockets = new WebSocketServer({ noServer: true });
    this.#server.on("upgrade", (request, socket, head) => {
      const isKnown = (request.socket as unknown as { authorized: boolean }).authorized;
      if (!this.webSockets || !isKnown) {
        socket.end(`HTTP/1.1 ${isKnown ? 404 : 401} No\r\n\r\n`);
        return;
      }
      this.shown.push(request.headers["twinward-checkpoint"] as string | undefined);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#sockets.add(webSocket);
        webSocket.on("message", (data: Buffer) => {
          const answer = this.#judge(data);
          if (answer === undefined) webSocket.terminate();
          else webSocket.send(typeof answer === "string" ? answer : JSON.stringify(answer));
        });
      });
    });
    this.#server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", async () => {
        const body = Buffer.concat(parts);
        if (request.url === "/v1/enrolments") {
          const answer = await this.#enrol(JSON.parse(body.toString()) as EnrolmentRequest);
          response.writeHead("code" in answer ? 403 : 200).end(JSON.stringify(answer));
          return;
        }
        const answer = this.#judge(body);
        if (answer === undefined) response.socket?.destroy();
        else if (typeof answer === "string") response.writeHead(200).end(answer);
        else response.writeHead(422).end(JSON.stringify(answer));
      });
    });
  }

  #judge(bytes: Uint8Array): string | Refusal | undefined {
    const frame = parseFrame(bytes);
    if (isRefusal(frame)) return frame;
    if (this.#frameKey === undefined || isRefusal(this.#frameKey)) throw new Error("not enrolled");
    return verifyFrame(frame, this.#frameKey) ?? this.answer(frame, frameDigest(frame));
  }

  async #enrol(request: EnrolmentRequest): Promise<EnrolmentAnswer | { code: string; detail: string }> {
    if (request.secret !== this.token.secret) return { code: "TOKEN_INVALID", detail: "no such token" };
    const frameKey = checkPublicKey(request.frameAlg, fromBase64(request.framePublicKey) ?? new Uint8Array(0));
    const tlsKey = publicKeyFromSpki(request.tlsPublicKey);
    if (isRefusal(frameKey) || isRefusal(tlsKey)) return { code: "KEY_INVALID", detail: "" };
    const proves = (key: typeof frameKey, bytes: Uint8Array, proof: string) =>
      verifySignature(possessionStatement(request.secret, bytes), fromBase64(proof) ?? new Uint8Array(0), key);
    if (!proves(frameKey, frameKey.raw, request.proof) || !proves(tlsKey, spkiOf(tlsKey), request.tlsProof)) {
      return { code: "ENROLMENT_PROOF", detail: "" };
    }
    this.#frameKey = frameKey;
    const certificate = await issue(this.#ca, this.#caKeys, new x509.PublicKey(spkiOf(tlsKey) as BufferSource), []);
    return this.tamper({
      v: 1,
      device: request.device,
      site: this.token.site,
      kid: toHex(frameKey.kid),
      logKey: this.log.vkey,
      caCrt: this.#ca.toString("pem"),
      tlsCrt: certificate.toString("pem"),
      signals: SIGNALS,
      signalTableDigest: toHex(encodeSignalTable(request.device, SIGNALS).digest),
      ...this.chain,
    });
  }
}

function issue(
  ca: x509.X509Certificate,
  caKeys: CryptoKeyPair,
  publicKey: CryptoKey | x509.PublicKey,
  extensions: x509.Extension[],
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create(
    {
      subject: "CN=test",
      issuer: ca.subjectName,
      signingAlgorithm: ECDSA,
      signingKey: caKeys.privateKey,
      publicKey: publicKey as CryptoKey,
      extensions,
    },
    CRYPTO,
  );
}
