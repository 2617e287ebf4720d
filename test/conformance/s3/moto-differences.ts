// Where moto differs from AWS, by the name of the test that shows it. AWS's documentation decided each.

export const MOTO_DIFFERENCES: Readonly<Record<string, string>> = {};
