/** The part of the terminal emulator that tests use: a screen without a window. */
declare module '@xterm/headless' {
  interface Cell {
    getChars(): string;
    /** Whether `getFgColor` is the number of one of the terminal's own colours. */
    isFgPalette(): boolean;
    getFgColor(): number;
    isDim(): number;
  }
  interface Line {
    translateToString(trimRight: boolean): string;
    getCell(column: number): Cell | undefined;
  }
  interface Emulator {
    readonly rows: number;
    readonly buffer: {
      readonly active: {
        /** The first line of the screen; those before it scrolled away. */
        readonly baseY: number;
        readonly length: number;
        getLine(y: number): Line | undefined;
      };
    };
    /** What is written shows once `done` was called. */
    write(data: string, done?: () => void): void;
    resize(columns: number, rows: number): void;
    dispose(): void;
  }
  const headless: {
    readonly Terminal: new (options: {
      readonly cols: number;
      readonly rows: number;
      readonly scrollback: number;
      readonly convertEol: boolean;
      readonly allowProposedApi: boolean;
    }) => Emulator;
  };
  export default headless;
}
