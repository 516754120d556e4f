/** How many threads compute a large model at most. */
export const MOST_THREADS = 8;
