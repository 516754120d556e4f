/** Mermaid sources are imported as text. */
declare module "*.mmd" {
  const source: string;
  export default source;
}
