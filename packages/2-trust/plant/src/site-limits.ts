/** How much a site folder may hold. Each limit has a name, and a fault says the name. */

export const SITE_YAML_BYTES_MAX = 512 * 1024;
export const THING_BYTES_MAX = 1024 * 1024;
export const MODEL_BYTES_MAX = 32 * 1024 * 1024;
/** site.yaml, Thing Descriptions and model files together. */
export const SITE_FILES_MAX = 2_000;
export const SITE_BYTES_MAX = 64 * 1024 * 1024;
export const SIGNALS_MAX = 20_000;
/** Maps and lists inside each other, in site.yaml and in a Thing Description. */
export const NESTING_MAX = 64;
/** One text in site.yaml or a Thing Description. The W3C's schema has patterns that take the square of it. */
export const TEXT_CHARACTERS_MAX = 2_000;
/** One list in a Thing Description. Asking whether items are unique takes the square of it. */
export const THING_ITEMS_MAX = 2_000;
/** Faults reported at once; the last one then says how many more there are. */
export const FAULTS_MAX = 200;
export const PATH_CHARACTERS_MAX = 200;
