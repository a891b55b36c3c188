/** What every route may answer beside its success, for the contract. */
import { z } from "zod";
import { Problem } from "../contract.ts";

const problem = { description: "A problem", content: { "application/problem+json": { schema: Problem } } };

export const PROBLEMS = { "4xx": problem, "5xx": problem } as const;
export const NOTHING = z.undefined().describe("Done");
