// Origins of pages, as S3 compares them with what a browser sends.

/** `*`, or `https://app.example.com`: no path, no slash at the end, one wildcard at most. */
export function isOrigin(origin: string): boolean {
  return origin === '*' || (/^https?:\/\/[^/\s?#]+$/.test(origin) && origin.split('*').length <= 2);
}
