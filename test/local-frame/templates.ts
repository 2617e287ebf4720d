// Resources that templates of these tests have.

export const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'the-bucket' } };

export const role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'worker',
    AssumeRolePolicyDocument: {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } },
      ],
    },
  },
};
