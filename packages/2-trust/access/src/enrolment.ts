/** An ordered list of a device's signals: [name, UCUM unit]. */
export type SignalList = readonly (readonly [name: string, unit: string])[];

/** What an administrator orders. */
export interface TokenOrder {
  readonly device: string;
  /** The address devices reach us by, `https://host:port`. */
  readonly server: string;
  /** Milliseconds the token is good for; default one day. */
  readonly lifeMs?: number;
  /** Devices it may sign for besides itself. */
  readonly gatewayFor?: readonly string[];
}

/** The enrolment token file, JSON. */
export interface TokenFile {
  readonly v: 1;
  readonly server: string;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  /** Lower-case hexadecimal SHA-256 of the CA's SubjectPublicKeyInfo. */
  readonly caSpki: string;
  /** ISO 8601. */
  readonly expires: string;
}

/** docs/formats/enrolment.md */
export interface EnrolmentAnswer {
  readonly v: 1;
  readonly device: string;
  readonly site: string;
  readonly kid: string;
  readonly logKey: string;
  readonly caCrt: string;
  readonly tlsCrt: string;
  readonly signals: SignalList;
  readonly signalTableDigest: string;
}
