export async function* rows() {}
