/** How much of a model file is asked for at a time where only its head is wanted: that of the default model is in the first piece. */
export const HEAD_BYTES = 1 << 19;
