/** A link to the server: frames go out, answers come back as text in the same order. */

export interface LinkHandlers {
  onOpen(): void;
  /** A tlog-proof or a refusal in JSON, for the oldest frame that has no answer yet. */
  onAnswer(text: string): void;
  /** The link is gone; frames without an answer have to be sent again. Called once. */
  onClose(reason: string): void;
}

export interface Link {
  send(frame: Uint8Array): void;
  close(): void;
}

/** What a link needs to know of the identity. PEM texts. */
export interface LinkAddress {
  /** `https://host:port`. */
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Newest checkpoint we hold, shown to the server so that it can notice its own rollback. */
  readonly checkpoint: string | undefined;
}

export type OpenLink = (address: LinkAddress, handlers: LinkHandlers) => Link;

/** Name of the header in which a device shows the base64 of its newest checkpoint. */
export const CHECKPOINT_HEADER = "twinward-checkpoint";

export function headersOf(address: LinkAddress): Record<string, string> {
  const { checkpoint } = address;
  return checkpoint === undefined ? {} : { [CHECKPOINT_HEADER]: Buffer.from(checkpoint, "utf8").toString("base64") };
}

/** TLS 1.3, our CA only, our certificate. */
export function tlsOptionsOf({ ca, cert, key }: LinkAddress) {
  return { ca, cert, key, minVersion: "TLSv1.3", rejectUnauthorized: true } as const;
}
