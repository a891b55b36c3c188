/**
 * What the water twin says about one row: the words between `physics` and whoever judges.
 *
 * Three independent voices speak about each signal, so that a lie in an input can be named:
 * `forecast` has not seen the row at all, `withoutSelf` has seen every trusted signal of the row except the one it
 * speaks about, `hydraulics` is the one state of the network that fits all trusted signals together.
 * Arrays are indexed by `Signal.number` and use the signal's own unit; NaN means "nothing can be said".
 */

/** An expected value per signal and the standard deviation of (measured − expected) when nothing is wrong. */
export interface Expected {
  readonly expected: Float64Array;
  readonly sigma: Float64Array;
}

/** A command or state that contradicts what the controller is known to do. */
export interface LogicViolation {
  /** Signal number of the status. */
  readonly signal: number;
  /** Element id of the pump or valve. */
  readonly actuator: string;
  /**
   * `threshold`: the level asks for the other state and has done so since before this sample;
   * `switched`: it changed although the level crossed no threshold in between;
   * `never-used`: it runs although it never ran in normal operation;
   * `flow`: its own flow contradicts its state.
   */
  readonly kind: "threshold" | "switched" | "never-used" | "flow";
  /** The state that was reported, 0 or 1. */
  readonly measured: number;
  /** The state that the logic asks for, 0 or 1. */
  readonly expected: number;
  /** Element id of the tank whose level decides; empty when none does. */
  readonly tank: string;
  /**
   * How far beyond doubt, in standard deviations of the level (thresholds) or of the flow (`flow`);
   * `never-used` gives a fixed large figure.
   */
  readonly deviation: number;
  /** True when the level that decides was not trusted, so that the level of the twin was used. */
  readonly byEstimate: boolean;
}

export interface WaterExpectation {
  readonly timeMs: number;
  /** The fitted state of the network: levels, flows, pressures; statuses as used in the fit. */
  readonly hydraulics: Expected;
  /** The same without the signal's own measurement (leave-one-out): the best estimate of its truth. */
  readonly withoutSelf: Expected;
  /** Run forward from the previous state with the control logic; has not seen this row. */
  readonly forecast: Expected;
  /** Both of the latter put together, never with the signal's own measurement: what to put in its place. */
  readonly estimate: Expected;
  readonly logic: readonly LogicViolation[];
  /** Multiplier of the base demand per district metered area (`WaterTwin.districts`). */
  readonly demands: Float64Array;
  readonly demandSigmas: Float64Array;
  /** Demand multipliers expected before the fit (profile and persistence) and their standard deviations. */
  readonly demandPriors: Float64Array;
  readonly demandPriorSigmas: Float64Array;
  /** Norm of (measured − hydraulics.expected) over the trusted flows and pressures, in the model's units (l/s, m). */
  readonly fitNorm: number;
  /** Sum of squared normalised residuals of the fit, levels and priors included. */
  readonly chiSquare: number;
  /** Measurements minus what they had to determine; mean of `chiSquare` when nothing is wrong. */
  readonly freedom: number;
  /** Since when (ms before this row) the level of each tank runs without its own measurement; 0 when trusted now. */
  readonly openLoopMs: Float64Array;
  /** Fitted speed per freed pump, in the order of `WaterOptions.freeSpeeds`; 1 is nominal. */
  readonly speeds: Float64Array;
  readonly speedSigmas: Float64Array;
  /** Hydraulic solves spent. */
  readonly solves: number;
  /** False until a state exists to forecast from, and after a gap too long to bridge. */
  readonly warm: boolean;
}
