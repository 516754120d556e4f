// Where the tests find Chromium: the CHROMIUM environment variable, else the
// first known name on the PATH. The headless shell, which is Chromium without
// its windows, opens pages in a fifth less time. Run as a program this prints
// the path, or says what to install and fails.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { argv, env, exit } from "node:process";
import { fileURLToPath } from "node:url";

const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const elsewhere = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @returns {string | undefined} */
export const findChromium = () => env.CHROMIUM || findProgram(names, elsewhere);

/**
 * @param {string[]} names looked for on the PATH, in this order
 * @param {string[]} elsewhere paths
 */
export function findProgram(names, elsewhere) {
  const folders = (env.PATH ?? "").split(delimiter);
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...places, ...elsewhere].find(executable);
}

/** @param {string} file */
function executable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const found = findChromium();
  if (!found || !executable(found)) {
    console.error(`The browser tests need Chromium${found ? `, and ${found} cannot be run` : ""}: install the package "chromium", or set CHROMIUM to the path of Chromium or Chrome.`);
    exit(1);
  }
  console.log(found);
}
