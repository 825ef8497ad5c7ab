/**
 * The filter of system calls, as the kernel reads it (seccomp(2), struct sock_filter). It closes what a mount can't: sockets of the
 * file system, behind which daemons act for whoever asks, and io_uring, which opens sockets without asking. Data, no native code.
 */
type Machine = { readonly audit: number; readonly socket: number; readonly socketpair: number; readonly foreign: number };
/** By `process.arch`. `foreign`: from this number on it is another kind of call (x32). */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000003e, socket: 41, socketpair: 53, foreign: 0x40000000 },
  arm64: { audit: 0xc00000b7, socket: 198, socketpair: 199, foreign: 0xffffffff },
};
const IO_URING = [425, 426, 427]; // setup, enter, register: the same everywhere

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54;
const IF_EQUAL = 0x15;
const IF_AT_LEAST = 0x35;
const RETURN = 0x06;
const [NUMBER, ARCH, FIRST, SECOND] = [0, 4, 16, 24]; // offsets in struct seccomp_data; little-endian machines alone
const KILL = 0x80000000;
const ALLOW = 0x7fff0000;
const REFUSE = 0x00050000; // with the number of an error in it
const [EPERM, ENOSYS] = [1, 38];
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const TYPE = 0xf; // of a socket, without its flags

export const knowsMachine = (arch: string): boolean => arch in MACHINES;

/** `sockets`: those of the file system stay open. */
export function filterFor(arch: string, sockets: boolean): Buffer {
  const machine = MACHINES[arch];
  if (!machine) throw new Error(`No filter of system calls is known for ${arch}.`);
  const allow = [[RETURN, 0, 0, ALLOW]];
  const refuse = (error: number) => [RETURN, 0, 0, REFUSE | error];
  /** A socket of the file system is opened; a pair of datagram sockets, which could be turned to one, is made. */
  const closed = [
    [IF_EQUAL, 0, 4, machine.socket],
    [LOAD, 0, 0, FIRST],
    [IF_EQUAL, 0, 1, AF_UNIX],
    refuse(EPERM),
    ...allow,
    [IF_EQUAL, 0, 4, machine.socketpair],
    [LOAD, 0, 0, SECOND],
    [AND, 0, 0, TYPE],
    [IF_EQUAL, 0, 1, SOCK_DGRAM],
    refuse(EPERM),
  ];
  return encode([
    [LOAD, 0, 0, ARCH],
    [IF_EQUAL, 1, 0, machine.audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    [IF_AT_LEAST, 0, 1, machine.foreign],
    [RETURN, 0, 0, KILL],
    ...IO_URING.flatMap((call) => [[IF_EQUAL, 0, 1, call], refuse(ENOSYS)]),
    ...(sockets ? [] : closed),
    ...allow,
  ]);
}

/** Code, where to go when it holds and when not (so many instructions on), value. */
function encode(program: readonly (readonly number[])[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code = 0, yes = 0, no = 0, value = 0]] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(yes, at * 8 + 2);
    bytes.writeUInt8(no, at * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, at * 8 + 4);
  }
  return bytes;
}
