import Testing

@testable import LocalRunner

@Suite struct FunctionReferenceTests {
    @Test(arguments: [
        ("run-jobs", ""), ("run-jobs:$LATEST", ""), ("run-jobs", "Qualifier=%24LATEST"),
        ("000000000000:function:run-jobs", ""), ("000000000000:function:run-jobs:$LATEST", ""),
        ("arn:aws:lambda:us-east-1:000000000000:function:run-jobs", ""),
        ("arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Arun-jobs%3A%24LATEST", ""),
        ("000000000000:run-jobs", ""), ("function:run-jobs", ""), ("us-east-1:000000000000:function:run-jobs", ""),
        ("us-east-1:000000000000:run-jobs:$LATEST", ""), ("us-east-1:run-jobs", ""),
        ("run-jobs:$LATEST", "x=1&Qualifier=$LATEST"),
    ])
    func names(_ text: String, _ query: String) throws {
        #expect(try FunctionReference(text, query: Substring(query), of: HostSettings()).name == "run-jobs")
    }

    @Test(arguments: [
        ("run-jobs:live", "", 404), ("run-jobs", "Qualifier=7", 404), ("run-jobs:$LATEST", "Qualifier=7", 400),
        ("arn:aws:lambda:us-east-1:111111111111:function:run-jobs", "", 404),
        ("arn:aws:lambda:eu-west-1:000000000000:function:run-jobs", "", 404),
        ("111111111111:function:run-jobs", "", 404), ("a:b:c", "", 400), ("arn:aws:s3:::bucket:key:x", "", 400),
        ("%zz", "", 400),
        ("arn:aws-cn:lambda:us-east-1:000000000000:function:run-jobs", "", 404),
        ("arn:aws-us-gov:lambda:us-east-1:000000000000:function:run-jobs", "", 404),
        ("arn:aws:lambda:us-east-1:000000000000:layer:run-jobs", "", 400), ("eu-west-1:000000000000:run-jobs", "", 404),
        ("us-gov-east-1:000000000000:run-jobs", "", 404), ("", "", 400), ("run-jobs:", "", 400), ("run jobs", "", 400),
    ])
    func refuses(_ text: String, _ query: String, _ status: Int) throws {
        do throws(InvokeRefusal) {
            _ = try FunctionReference(text, query: Substring(query), of: HostSettings())
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.status == status)
        }
    }
}
