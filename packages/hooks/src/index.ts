// filled by the room
export {};
