/** Events of a run that stands, goes on and goes back, as the engine tells them. */
import type { StageName } from "../vitrine.d.ts";

export type PauseReason = "entry" | "step" | "breakpoint" | "pause" | "goto" | "exception";

export interface PausedEvent {
  type: "paused";
  reason: PauseReason;
  description: string;
  stage: StageName;
  layer: number;
  position: number;
  step: number;
  tokens: number;
  breakpoints: number[];
}

export interface ResumedEvent {
  type: "resumed";
}

/** The ids from `position` on are forgotten; after "goto" they come again. */
export interface RewoundEvent {
  type: "rewound";
  position: number;
  step: number;
  reason: "goto" | "rewind";
}

export interface LogEvent {
  type: "log";
  message: string;
  breakpoint: number;
  stage: StageName;
  layer: number;
  position: number;
  step: number;
}
