/**
 * EPANET, as narrow as the simulated plant needs it.
 *
 * The plant calls the WebAssembly engine directly: the library's comfortable calls print every hydraulic warning to the
 * console and allocate memory for each value read. This file shares no code with the twin's own
 * model: if it did, one bug could hide in both and the twin would agree with a wrong plant.
 *
 * All values are in litres per second and metres, whatever the units of the input file.
 * Source: OWA-EPANET 2.3 toolkit (EN_… functions and their numeric constants).
 */
import { TwinwardError } from "@twinward/kernel";

/** Properties of nodes and links by their EN_ numbers. */
export const NODE = { elevation: 0, emitter: 3, head: 10 } as const;
export const LINK = { roughness: 2, flow: 8, status: 11, setting: 12 } as const;

const COUNT = { nodes: 0, links: 2, patterns: 3, curves: 4 } as const;
const NODE_TYPE = { junction: 0, tank: 2 } as const;
const LINK_TYPE = { pipe: 1, pump: 2 } as const;
const TIME = { duration: 0, hydraulicStep: 1, reportStep: 5 } as const;
/** EN_DEMANDPATTERN: the pattern of junctions that name none. */
const DEFAULT_PATTERN = 23;
const LITRES_PER_SECOND = 5;
const INITIALISE_FLOWS = 10;
/** EN_ codes up to this are warnings (negative pressure, pump out of range): results stand. */
const WARNING_MAX = 6;
const DURATION_SECONDS = 2_000_000_000;

/** The part of the engine used here; every function returns an error code. */
interface Engine {
  readonly HEAP32: Int32Array;
  readonly HEAPF64: Float64Array;
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  readonly [name: `_EN_${string}`]: (...args: number[]) => number;
}

interface EngineModule {
  Workspace: new () => {
    loadModule(): Promise<void>;
    writeFile(path: string, data: string): void;
    readonly instance: Engine;
  };
}

type EngineWorkspace = InstanceType<EngineModule["Workspace"]>;

let loading: Promise<EngineWorkspace> | undefined;
let opened = 0;

async function load(): Promise<EngineWorkspace> {
  // The library's own types do not resolve under NodeNext; EngineModule states what is relied on.
  const { Workspace } = (await import("epanet-js")) as unknown as EngineModule;
  const workspace = new Workspace();
  await workspace.loadModule();
  return workspace;
}

/** One open network. Not safe to use after `close`. */
export class Hydraulics {
  readonly #engine: Engine;
  readonly #project: number;
  /** Room for two doubles, reused by every read. */
  readonly #out: number;

  /** Loads the engine once per thread and opens the text of an .inp file. Throws LAB_HYDRAULICS. */
  static async open(inp: string): Promise<Hydraulics> {
    loading ??= load();
    const workspace = await loading;
    const name = `plant${opened++}.inp`;
    workspace.writeFile(name, inp);
    return new Hydraulics(workspace.instance, name);
  }

  private constructor(engine: Engine, inputFile: string) {
    this.#engine = engine;
    this.#out = engine._malloc(16);
    this.#ok(engine._EN_createproject!(this.#out), "create project");
    this.#project = engine.HEAP32[this.#out >> 2]!;
    this.#withText(inputFile, (input) =>
      this.#withText(`${inputFile}.rpt`, (report) =>
        this.#withText("", (binary) => this.#call("open", input, report, binary)),
      ),
    );
    this.#call("setflowunits", LITRES_PER_SECOND);
  }

  close(): void {
    this.#engine._EN_closeH!(this.#project);
    this.#engine._EN_close!(this.#project);
    this.#engine._EN_deleteproject!(this.#project);
    this.#engine._free(this.#out);
  }

  /** Opens the solver with cold flows; initial statuses of pumps must be set after this call. */
  start(stepSeconds: number): void {
    this.#call("settimeparam", TIME.duration, DURATION_SECONDS);
    this.#call("settimeparam", TIME.reportStep, stepSeconds);
    this.#call("settimeparam", TIME.hydraulicStep, stepSeconds);
    this.#call("openH");
    this.#call("initH", INITIALISE_FLOWS);
  }

  /** Solves the present instant. */
  solve(): void {
    this.#call("runH", this.#out);
  }

  /** Moves the tanks to the next instant; returns how many seconds that is. */
  advance(): number {
    this.#call("nextH", this.#out);
    return this.#engine.HEAP32[this.#out >> 2]!;
  }

  nodeIndex(id: string): number {
    return this.#indexOf("getnodeindex", id);
  }

  linkIndex(id: string): number {
    return this.#indexOf("getlinkindex", id);
  }

  node(index: number, property: number): number {
    this.#call("getnodevalue", index, property, this.#out);
    return this.#engine.HEAPF64[this.#out >> 3]!;
  }

  setNode(index: number, property: number, value: number): void {
    this.#call("setnodevalue", index, property, value);
  }

  /**
   * Metres of water above a node: the pressure of a junction, the level of a tank. (EN_TANKLEVEL is the level at the
   * start, and EN_PRESSURE stays in psi when an American file is read in metres.)
   */
  water(index: number): number {
    return this.node(index, NODE.head) - this.node(index, NODE.elevation);
  }

  link(index: number, property: number): number {
    this.#call("getlinkvalue", index, property, this.#out);
    return this.#engine.HEAPF64[this.#out >> 3]!;
  }

  setLink(index: number, property: number, value: number): void {
    this.#call("setlinkvalue", index, property, value);
  }

  /** Junctions that take water, with their first demand and its pattern (0: constant demand). */
  demands(): { node: number; base: number; pattern: number }[] {
    return this.#indices(COUNT.nodes)
      .filter((node) => this.#integer("getnodetype", node) === NODE_TYPE.junction)
      .map((node) => ({
        node,
        base: this.#double("getbasedemand", node, 1),
        pattern: this.#integer("getdemandpattern", node, 1) || this.#double("getoption", DEFAULT_PATTERN),
      }))
      .filter((demand) => demand.base > 0);
  }

  /** Gives junctions of constant demand a pattern of their own, so that it can be changed. */
  addPatternFor(nodes: readonly number[]): void {
    if (nodes.length === 0) return;
    this.#withText("district", (id) => this.#call("addpattern", id));
    const pattern = this.#integer("getcount", COUNT.patterns);
    for (const node of nodes) this.#call("setdemandpattern", node, 1, pattern);
  }

  setBaseDemand(node: number, base: number): void {
    this.#call("setbasedemand", node, 1, base);
  }

  pipes(): number[] {
    return this.#linksOf(LINK_TYPE.pipe);
  }

  pumps(): number[] {
    return this.#linksOf(LINK_TYPE.pump);
  }

  /** Mean multiplier; pattern 0 is "none". */
  patternMean(pattern: number): number {
    return pattern === 0 ? 1 : this.#double("getaveragepatternvalue", pattern);
  }

  /** Makes a pattern one constant multiplier, from now on. */
  setPattern(pattern: number, multiplier: number): void {
    this.#engine.HEAPF64[this.#out >> 3] = multiplier;
    this.#call("setpattern", pattern, this.#out, 1);
  }

  /** Gives one pump a curve of its own whose heads are `factor` times those of the shared one. */
  scaleHeads(pump: number, factor: number): void {
    const shared = this.#integer("getheadcurveindex", pump);
    if (shared === 0) return;
    const points = Array.from({ length: this.#integer("getcurvelen", shared) }, (_, i) => this.#point(shared, i + 1));
    this.#withText(`pump${pump}`, (id) => this.#call("addcurve", id));
    const own = this.#integer("getcount", COUNT.curves);
    points.forEach(({ flow, head }, i) => {
      this.#call("setcurvevalue", own, i + 1, flow, head * factor);
    });
    this.#call("setheadcurveindex", pump, own);
  }

  #point(curve: number, point: number): { flow: number; head: number } {
    this.#call("getcurvevalue", curve, point, this.#out, this.#out + 8);
    return { flow: this.#engine.HEAPF64[this.#out >> 3]!, head: this.#engine.HEAPF64[(this.#out >> 3) + 1]! };
  }

  #linksOf(type: number): number[] {
    return this.#indices(COUNT.links).filter((link) => this.#integer("getlinktype", link) === type);
  }

  #indices(what: number): number[] {
    return Array.from({ length: this.#integer("getcount", what) }, (_, i) => i + 1);
  }

  #integer(name: string, ...args: number[]): number {
    this.#call(name, ...args, this.#out);
    return this.#engine.HEAP32[this.#out >> 2]!;
  }

  #double(name: string, ...args: number[]): number {
    this.#call(name, ...args, this.#out);
    return this.#engine.HEAPF64[this.#out >> 3]!;
  }

  #indexOf(name: string, id: string): number {
    return this.#withText(id, (text) => this.#integer(name, text));
  }

  #withText<T>(text: string, use: (pointer: number) => T): T {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const pointer = this.#engine._malloc(bytes.length);
    this.#engine.HEAPU8.set(bytes, pointer);
    try {
      return use(pointer);
    } finally {
      this.#engine._free(pointer);
    }
  }

  #call(name: string, ...args: number[]): void {
    this.#ok(this.#engine[`_EN_${name}`]!(this.#project, ...args), name);
  }

  #ok(code: number, what: string): void {
    if (code > WARNING_MAX) throw new TwinwardError("LAB_HYDRAULICS", `EPANET refused ${what}: error ${code}`);
  }
}
