"""What infra/aws/generate is made of."""
