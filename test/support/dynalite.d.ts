declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** An implementation of DynamoDB that others wrote, in memory. */
  export default function dynalite(options?: {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
  }): Server;
}
