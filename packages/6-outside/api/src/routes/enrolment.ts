/**
 * First contact: the one-use set-up link, enrolment tokens and enrolment. Each carries its own secret in the body, so a
 * body without a right one is a caller who did not show who it is.
 */
import type { TokenOrder } from "@twinward/access";
import { isRefusal, refuse } from "@twinward/kernel";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { Credential, EnrolmentToken } from "../contract.ts";
import { NO_CREDENTIAL } from "../open-api-document.ts";
import { sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";
import { PROBLEMS } from "./answers.ts";

const Setup = z.object({ secret: z.string().min(1).max(200), name: z.string().min(1).max(100) });
const Order = z.object({
  device: z.string().min(1).max(200),
  server: z.url({ protocol: /^https$/ }).max(500),
  lifeMs: z.int().positive().optional(),
});
const tags = ["enrolment"];

export function enrolmentRoutes(instance: FastifyInstance, { access }: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const setup = {
    tags,
    summary: "Use the one-use set-up link",
    ...NO_CREDENTIAL,
    description: "Body: {secret, name}. Makes the first administrator's credential.",
    response: { 201: Credential, ...PROBLEMS },
  };
  // Judged here and not by the router: whoever shows no secret learns nothing about the form of the body.
  app.post("/v1/setup", { config: { action: "setup.use" }, schema: setup }, async (request, reply) => {
    const body = Setup.safeParse(request.body);
    if (!body.success)
      return sendRefusal(reply, refuse("SETUP_LINK_INVALID", "sender", "Show the secret of the set-up link."));
    const credential = await access.useSetup(body.data.secret, body.data.name, request.ip);
    return isRefusal(credential) ? sendRefusal(reply, credential) : reply.code(201).send(credential);
  });
  const issue = {
    tags,
    summary: "Make a one-use enrolment token for a device",
    body: Order,
    response: { 201: EnrolmentToken, ...PROBLEMS },
  };
  app.post("/v1/enrolment-tokens", { config: { action: "token.issue" }, schema: issue }, async (request, reply) => {
    const { lifeMs, ...order } = request.body;
    const full: TokenOrder = lifeMs === undefined ? order : { ...order, lifeMs };
    const token = await access.issueToken(full, request.principal);
    return isRefusal(token) ? sendRefusal(reply, token) : reply.code(201).send(token);
  });
  const enrol = {
    tags,
    summary: "Enrol a device with its token",
    ...NO_CREDENTIAL,
    description: "Body and answer: docs/formats/enrolment.md.",
    response: { 201: z.looseObject({ v: z.literal(1) }), ...PROBLEMS },
  };
  // The body is judged by `access`, field by field: its refusals have codes of their own.
  app.post("/v1/enrolments", { config: { action: "enrolment.use" }, schema: enrol }, async (request, reply) => {
    const answer = await access.enrol(request.body, request.ip);
    return isRefusal(answer) ? sendRefusal(reply, answer) : reply.code(201).send({ ...answer });
  });
}
