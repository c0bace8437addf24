export const rooms: Record<string, string[]>;
export const outside: string[];
export const zones: { target: string; from: string; except: string[]; message: string }[];
