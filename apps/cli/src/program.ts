/**
 * The words of the command line. Each command is loaded only when it is called, so that `--help` is quick and a
 * missing optional part is named instead of breaking the others.
 */
import { Command, CommanderError } from "commander";
import { type ExitCode, explain } from "./exit.ts";

type Action = (...args: never[]) => Promise<ExitCode>;
type Loader = () => Promise<Action>;

/** Runs one command line; returns its exit code. */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const act =
    (load: Loader) =>
    async (...args: unknown[]) => {
      exitCode = await (await load())(...(args as never[]));
    };
  try {
    await programWith(act).parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (reason) {
    if (reason instanceof CommanderError) return reason.exitCode === 0 ? 0 : 2;
    return explain(reason);
  }
}

type Act = (load: Loader) => (...args: unknown[]) => Promise<void>;

function programWith(act: Act): Command {
  const program = new Command("twinward")
    .description("Keeps digital twins honest: signed readings, one tamper-evident record, liars named.")
    .version("0.1.0");
  addPlantCommands(program, act);
  addJudgementCommands(program, act);
  addEvidenceCommands(program, act);
  addServiceCommands(program, act);
  explainBriefly(program, "twinward");
  return program;
}

/** Wrong words get one line that names the command whose help says more. */
function explainBriefly(command: Command, path: string): void {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const what = text
        .replace(/^error: /, "")
        .trim()
        .replaceAll(/\s*\n\s*/g, " ");
      write(`twinward: ${what}. See \`${path} --help\`.\n`);
    },
  });
  for (const child of command.commands) explainBriefly(child, `${path} ${child.name()}`);
}

function example(command: Command, line: string): Command {
  return command.addHelpText("after", `\nExample:\n  ${line}`);
}

const gather = (value: string, previous: string[] = []) => [...previous, value];

function addPlantCommands(program: Command, act: Act): void {
  example(
    program
      .command("init <dir>")
      .description("make a new site folder")
      .requiredOption("--template <name>", "c-town, epanet or empty")
      .option("--model <file>", "an EPANET .inp file, for --template epanet")
      .option("--sensors <file>", "a CSV whose header names the measured signals")
      .action(act(async () => (await import("./commands/init.ts")).init)),
    "twinward init my-site --template epanet --model network.inp --sensors scada.csv",
  );
  const device = program.command("device").description("identities, and sending readings by hand or from CSV");
  example(
    device
      .command("enrol")
      .description("make a key pair and register it with a one-use token")
      .requiredOption("--server <url>", "e.g. https://127.0.0.1:8443")
      .requiredOption("--token <file>", "the token file an administrator made")
      .requiredOption("--out <dir>", "where the identity is kept")
      .action(act(async () => (await import("./commands/device.ts")).enrolDevice)),
    "twinward device enrol --server https://127.0.0.1:8443 --token plc1.token --out plc1",
  );
  example(
    device
      .command("send")
      .description("sign the rows of a CSV file and send them; a frame is done when its inclusion proof is checked")
      .requiredOption("--identity <dir>", "made by `device enrol`")
      .requiredOption("--input <file>", "CSV: a time column and one column per signal of this device")
      .option("--json", "print the summary as JSON")
      .action(act(async () => (await import("./commands/device.ts")).sendReadings)),
    "twinward device send --identity plc1 --input readings.csv",
  );
  example(
    device
      .command("invite <id>")
      .description("make a one-use enrolment token for a device of the site")
      .requiredOption("--server <url>", "e.g. https://127.0.0.1:8443")
      .requiredOption("--credential <file>", "an administrator's credential, made by `twinward setup`")
      .requiredOption("--out <file>", "where the token is written (mode 0600)")
      .action(act(async () => (await import("./commands/device.ts")).inviteDevice)),
    "twinward device invite plc1 --server https://127.0.0.1:8443 --credential admin.json --out plc1.token",
  );
  example(
    device
      .command("list")
      .description("the devices of a site and how they are")
      .requiredOption("--server <url>", "e.g. https://127.0.0.1:8443")
      .requiredOption("--credential <file>", "an administrator's credential")
      .option("--json", "print JSON")
      .action(act(async () => (await import("./commands/device.ts")).listDevices)),
    "twinward device list --server https://127.0.0.1:8443 --credential admin.json",
  );
}

function addJudgementCommands(program: Command, act: Act): void {
  example(
    program
      .command("train")
      .description("fit the judge on clean data and freeze it: a hashed artefact")
      .requiredOption("--site <dir>", "the site folder")
      .requiredOption("--input <file>", "clean recorded data (repeatable)", gather)
      .option("--labelled <file>", "recorded data with the site's label column, to check thresholds against")
      .requiredOption("--out <model>", "where the model is written")
      .action(act(async () => (await import("./commands/train.ts")).train)),
    "twinward train --site sites/c-town --input clean.csv --out model.json",
  );
  example(
    program
      .command("detect")
      .description("judge recorded data row by row, without look-ahead")
      .requiredOption("--site <dir>", "the site folder")
      .option("--model <file>", "a model made by `twinward train`")
      .option("--train <file>", "clean data to train on first (repeatable)", gather)
      .option("--labelled <file>", "goes with --train")
      .requiredOption("--input <file>", "the rows to judge")
      .requiredOption("--out <file>", "time,alarm,score,signals,verdict: one row per input row")
      .option("--estimates <file>", "one row of values per input row, estimates in place of distrusted ones")
      .option("--notices <file>", "planned events: start,end,what")
      .option("--json", "print the summary as JSON")
      .action(act(async () => (await import("./commands/detect.ts")).detect)),
    "twinward detect --site sites/c-town --model model.json --input scada.csv --out alarms.csv",
  );
  example(
    program
      .command("replay")
      .description("the same through the whole signed path: frames, door, log, judgement and twin")
      .requiredOption("--site <dir>", "the site folder")
      .requiredOption("--model <file>", "a model made by `twinward train`")
      .requiredOption("--input <file>", "the recorded rows")
      .requiredOption("--data <dir>", "the data folder; started again with the same one it goes on where the log ends")
      .option("--alarms <file>", "the alarms, byte-identical to those of `detect`")
      .option("--notices <file>", "planned events: start,end,what")
      .option("--disorder <seed>", "send frames out of order within the site's lateness limit")
      .option("--json", "print the summary as JSON")
      .action(act(async () => (await import("./commands/replay.ts")).replay)),
    "twinward replay --site sites/c-town --model model.json --input scada.csv --data replay-data --alarms alarms.csv",
  );
}

function addEvidenceCommands(program: Command, act: Act): void {
  const evidence = program.command("evidence").description("verify, prove, show, export and recover the log");
  example(
    evidence
      .command("verify <dir>")
      .description("check a data folder or a bundle without trusting whoever keeps it; opens nothing for writing")
      .requiredOption("--log-key <vkey>", "the log's verifier key, from outside")
      .option("--checkpoint <file>", "a checkpoint kept outside: the anchor")
      .option("--witness <vkey>", "a witness whose cosignature anchors the checkpoint (repeatable)", gather)
      .option("--require-anchor", "a missing anchor is a failure")
      .option("--recompute", "judge the whole log again and compare")
      .option("--json", "print the report as JSON")
      .action(act(async () => (await import("./commands/evidence-verify.ts")).verify)),
    "twinward evidence verify data --log-key 'twinward.example/…+…' --checkpoint kept/checkpoint --require-anchor",
  );
  example(
    evidence
      .command("prove <dir>")
      .description("write the inclusion proof of an entry or a frame (C2SP tlog-proof)")
      .option("--entry <n>", "the entry's index")
      .option("--frame <digest>", "a frame digest, hexadecimal")
      .requiredOption("--out <file>", "e.g. reading.tlog-proof")
      .action(act(async () => (await import("./commands/evidence.ts")).prove)),
    "twinward evidence prove data --entry 12 --out entry-12.tlog-proof",
  );
  example(
    evidence
      .command("show <dir>")
      .description("print an entry and its body")
      .requiredOption("--entry <n>", "the entry's index")
      .option("--json", "print JSON")
      .action(act(async () => (await import("./commands/evidence.ts")).show)),
    "twinward evidence show data --entry 12",
  );
  example(
    evidence
      .command("export <dir>")
      .description("write a self-contained bundle that verifies without us")
      .requiredOption("--from <n>", "first entry")
      .requiredOption("--to <m>", "last entry")
      .requiredOption("--out <bundle>", "the bundle file")
      .action(act(async () => (await import("./commands/evidence.ts")).exportEntries)),
    "twinward evidence export data --from 0 --to 99 --out entries.bundle",
  );
  example(
    evidence
      .command("recover <dir>")
      .description("after a restore: a new origin that names the old head and the lost range")
      .requiredOption("--checkpoint <file>", "the newest checkpoint kept outside")
      .requiredOption("--log-key <vkey>", "the log's verifier key")
      .action(act(async () => (await import("./commands/evidence.ts")).recoverLog)),
    "twinward evidence recover data --checkpoint kept/checkpoint --log-key 'twinward.example/…+…'",
  );
}

function addServiceCommands(program: Command, act: Act): void {
  example(
    program
      .command("serve")
      .description("the server: API under /v1, door, log, judgement, twin")
      .requiredOption("--site <dir>", "the site folder")
      .requiredOption("--data <dir>", "the data folder; made at the first start")
      .option("--listen <host:port>", "where to listen", "127.0.0.1:8443")
      .option("--checkpoint-out <file>", "written after each group of entries; at start it is the anchor")
      .option("--model <file>", "the frozen model of the judge; without it rules and physics alone speak")
      .option("--syslog <file>", "RFC 5424 lines of incidents: a file, or - for stdout")
      .action(act(async () => (await import("./commands/serve.ts")).serve)),
    "twinward serve --site sites/c-town --data data --checkpoint-out /mnt/elsewhere/checkpoint",
  );
  example(
    program
      .command("setup")
      .description("use the one-use set-up link: makes the first administrator's credential")
      .requiredOption("--link <file>", "the file whose path `serve` printed")
      .requiredOption("--out <file>", "where the credential is written (mode 0600)")
      .action(act(async () => (await import("./commands/setup.ts")).setUp)),
    "twinward setup --link data/setup-link --out admin.json",
  );
  example(
    program
      .command("demo")
      .description("a simulated C-Town under attack, guarded live")
      .option("--headless", "JSON lines instead of the live view; the exit code says whether every liar was named")
      .option("--speed <n>", "simulated seconds per second; 0 is as fast as it goes")
      .option("--for <duration>", "wall time, e.g. 90s, 10m", undefined)
      .option("--scenario <name>", "one scenario instead of the default run; `list` names them")
      .option("--seed <n>", "everything random comes from it", "1")
      .option("--data <dir>", "keep the data folder")
      .action(act(async () => (await import("./commands/demo.ts")).demo)),
    "twinward demo --headless --seed 7",
  );
  example(
    program
      .command("doctor")
      .description("what is wrong here, and how to mend it")
      .option("--site <dir>", "a site folder to check")
      .option("--data <dir>", "a data folder to check")
      .option("--listen <host:port>", "an address to check")
      .option("--json", "print JSON")
      .action(act(async () => (await import("./commands/doctor.ts")).doctor)),
    "twinward doctor --site sites/c-town --data data",
  );
  example(
    program
      .command("bench <name>")
      .description("ingest, batadal or mismatch: figures as one JSON object last")
      .option("--rounds <n>", "interleaved rounds", "9")
      .option("--minutes <n>", "for the memory figure of `ingest`", "0")
      .action(act(async () => (await import("./commands/bench.ts")).bench)),
    "twinward bench ingest",
  );
  example(
    program
      .command("trial")
      .description("kills, power cuts, tampering and malformed input; figures as one JSON object last")
      .option("--profile <name>", "smoke, quick or full", "smoke")
      .option("--seed <n>", "everything random comes from it", "1")
      .option("--shard <k/n>", "run one shard; the results of the others are kept")
      .option("--out <file>", "where the JSON is written")
      .action(act(async () => (await import("./commands/trial.ts")).trial)),
    "twinward trial --profile quick --seed 7",
  );
}
