// Where moto (5.x) differs from AWS, and by which test it shows. AWS's documentation decided each.

const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

const TESTS_BY_REASON: Readonly<Record<string, readonly string[]>> = {
  'The checksum of a body is taken as sent, not checked (and what it takes is not told, or not in full).': [
    ...ALGORITHMS.flatMap((algorithm) => [
      `${algorithm}: a value in a header is kept, and told on request`,
      `${algorithm}: a wrong value in a header is refused, and leaves nothing`,
      `${algorithm}: a trailer with a wrong value is refused, and leaves nothing`,
    ]),
    'an object that came without a checksum is given a CRC64NVME',
    'the attributes of an object are told on request',
    'several checksums, and an algorithm without a checksum, are refused',
    'a trailer that was announced must come',
    'a malformed document is MalformedXML',
    'DeleteObjects must come with a checksum',
  ],
  'Content-MD5 and x-amz-content-sha256 are not checked.': [
    'Content-MD5 is checked',
    'the hash that a request was signed with is checked',
  ],
  'Checksum types are not known: no composite or full-object checksum of parts, none told.': [
    'a composite checksum is over the parts’ checksums',
    'the parts of an object with composite checksums are told with theirs',
    'a full-object checksum of parts is the checksum of the same bytes put at once',
    'an upload without an algorithm is given a CRC64NVME over the full object',
    'algorithms and checksum types that do not go together are refused',
    'a part with another algorithm than the upload’s is refused',
    'composite checksums need each part’s checksum to complete, and the right one',
    'a copy of an object in parts is one object: plain entity tag, full checksum',
    'a checksum of another algorithm is computed on request, over the full object',
    'without one, a copy keeps the algorithm of its source',
  ],
  'Some conditions are not evaluated, or not in the order of RFC 9110.': [
    'If-None-Match: * answers 304 for any object',
    'If-Match that holds outweighs If-Unmodified-Since that does not',
    'If-None-Match with an entity tag is not a condition that writes have',
    'If-Match: * deletes any object',
    'a copy takes the same conditions on its destination',
    'conditions on the source fail with 412, all of them',
    'a part is copied under conditions on its source',
    'completing has the conditions of a put',
    'completing on a condition conflicts with what was written since the upload began',
    'each key of a DeleteObjects has its own condition',
  ],
  'Limits and formats of arguments are not enforced, or fail with a 500.': [
    'names that are no bucket names are refused',
    'a location that is not the endpoint’s is refused',
    'user metadata takes 2 KB of names and values, and not a byte more',
    'a key has at most 1,024 bytes of UTF-8',
    'a path with percent signs that encode nothing is refused',
    'DeleteObjects refuses 1,001 keys, and none',
    'a page has at most 1,000 keys, whatever is asked for',
    'max-keys that is no count is refused',
    'a continuation token that S3 did not give is refused',
    'a range and a part number do not go together',
    'a source that names no object is refused',
    'chunks that are cut off, or are not as long as announced, leave nothing',
    'an upload must announce its length',
  ],
  'Multipart uploads: order and size of parts, ranges and errors are checked otherwise or not at all.': [
    'part 1 of an object that was put at once is all of it',
    'parts can be read by their numbers',
    'a list of parts that is out of order, unknown or wrong is refused, and can be corrected',
    'part numbers go from 1 to 10,000',
    'an aborted upload is gone, and leaves nothing',
    'the size that the sender expects is checked',
    'uploads under way are listed by key, in pages, and rolled up',
    'a part is copied from an object, or from a range of it',
  ],
  'A new bucket has the defaults of before 2023: no encryption, no block of public access, ACLs.': [
    'lists cannot be set, but for the one that says what holds anyway',
    'a bucket that others would have rights to is not created',
    'a new bucket is unversioned, encrypted with S3’s keys, and has no lifecycle',
    'a new bucket blocks public access',
  ],
  'The argument is not known: ListBuckets pages, Quiet, NextMarker, the expected owner.': [
    'buckets are listed in the order of their names, by prefix, in pages',
    'a quiet DeleteObjects tells only the errors',
    'version 1 goes on after a marker, and names the next one if there is a delimiter',
    'a request for another owner’s bucket is denied',
  ],
  'A range of another unit than bytes is taken as one of bytes.': [
    'a header that is no byte range is ignored',
  ],
  'A malformed version id is answered like one that is not there.': [
    'a version other than null does not exist in an unversioned bucket',
    'an id that no version ever had is invalid',
  ],
  'A delete marker is told neither when it is read or copied by its id nor when it is deleted, and holds no bucket.':
    [
      'a delete hides the object behind a marker, and the marker’s deletion brings it back',
      'a marker cannot be read, but for its deletion',
      'a marker is no source of a copy',
      'DeleteObjects hides, deletes versions and markers, and tells which',
      'a bucket with a version, be it a marker, is not deleted',
    ],
  'Any status of versioning is taken, versions that are not there are not named, pages of versions lose some.':
    [
      'versioning is set, read, and refused as it is not',
      'a version is deleted for good, and then is none',
      'what was there before is the version null, and suspended writes replace that alone',
      'versions are listed in pages, which go on within a key and over what was deleted meanwhile',
    ],
  'Metadata beyond ASCII comes back raw.': [
    'metadata beyond ASCII comes back as an RFC 2047 word over its bytes',
  ],
  'The request id of an error is another in its header.': [
    'an error is XML with code, message, key and request id',
  ],
  'A read during a write of the same key fails with a 500.': [
    'a reader sees one writer’s object or another’s, whole, never a mixture',
  ],
  'Presigned URLs do not expire, and of the headers in them only metadata counts.': [
    'a presigned URL works until it expires',
    'a presigned URL says what is wrong with its time',
    'headers that were signed into a URL count like headers',
  ],
  'CORS rules are kept, but hardly looked at: the server lets every page in, whatever they say.': [
    'a CORS rule with an unknown method or two wildcards is refused',
    'a preflight is answered by the first rule for its origin, method and headers',
    'a preflight that no rule allows is forbidden',
    'a bucket without CORS rules forbids every preflight',
    'a page may read answers and errors where a rule allows its method, and what it exposes',
  ],
};

/** Test name to reason. */
export const MOTO_DIFFERENCES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TESTS_BY_REASON).flatMap(([reason, tests]) => tests.map((test) => [test, reason])),
);
