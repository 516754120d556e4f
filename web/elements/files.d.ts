/** What the build puts into scripts as it is. */
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.bin" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module "*/symbols.html" {
  const text: string;
  export default text;
}
