import HTTPServer
import NIOHTTP1
import Testing

@testable import LocalRunner

@Suite struct RouteTableTests {
    private let table = RouteTable([
        ("pets", ["GET /pets/{id}", "ANY /pets/{id}", "POST /pets"]),
        ("dogs", ["GET /pets/dog", "ANY /any"]),
        ("files", ["GET /files/{path+}", "GET /files/{name}/info"]),
        ("deep", ["GET /{a}/{b}/{c}", "GET /v1/{rest+}"]),
    ])

    @Test(arguments: [
        ("GET", "/pets/dog", "dogs", "GET /pets/dog"),
        ("GET", "/pets/1", "pets", "GET /pets/{id}"),
        ("PUT", "/pets/1", "pets", "ANY /pets/{id}"),
        ("PUT", "/pets/dog", "pets", "ANY /pets/{id}"),
        ("POST", "/pets", "pets", "POST /pets"),
        ("POST", "/pets/", "pets", "POST /pets"),
        ("HEAD", "/files/a/b", "files", "GET /files/{path+}"),
        ("HEAD", "/pets/dog", "pets", "ANY /pets/{id}"),
        ("DELETE", "/any", "dogs", "ANY /any"),
        ("GET", "/files/a/b/c", "files", "GET /files/{path+}"),
        ("GET", "/files/a/info", "files", "GET /files/{name}/info"),
        ("GET", "/x/y/z", "deep", "GET /{a}/{b}/{c}"),
        ("GET", "/v1/y/z", "deep", "GET /v1/{rest+}"),
    ])
    func finds(_ method: String, _ path: String, _ function: String, _ route: String) throws {
        let match = try #require(table.match(method: method, path: path))
        #expect(match.function == function)
        #expect(match.routeKey == route)
    }

    @Test(arguments: [("GET", "/"), ("GET", "/pets"), ("POST", "/pets/dog/x"), ("GET", "/files"), ("GET", "/any/x")])
    func findsNothing(_ method: String, _ path: String) {
        #expect(table.match(method: method, path: path) == nil)
    }

    @Test func variablesAreDecodedAndGreedyOnesKeepTheirSlashes() {
        #expect(table.match(method: "GET", path: "/pets/a%20b")?.parameters == ["id": "a b"])
        #expect(table.match(method: "GET", path: "/files/a/b%2Fc")?.parameters == ["path": "a/b/c"])
    }

    @Test func theDefaultRouteTakesTheRest() {
        let table = RouteTable([("all", ["$default"]), ("one", ["GET /one"])])
        #expect(table.match(method: "GET", path: "/one")?.function == "one")
        #expect(table.match(method: "POST", path: "/one")?.routeKey == "$default")
        #expect(table.match(method: "GET", path: "/")?.function == "all")
    }

    @Test(arguments: [
        ("/a?b=1", "/a", "b=1"), ("/a", "/a", ""), ("/a?", "/a", ""), ("/a?b?c", "/a", "b?c"), ("?x=1", "/", "x=1"),
        ("http://host:80/a?b", "/a", "b"), ("http://host", "/", ""), ("/a#frag", "/a", ""),
    ])
    func splitsTheTarget(_ uri: String, _ path: String, _ query: String) {
        let split = HTTPRequestHead(version: .http1_1, method: .GET, uri: uri).target
        #expect(split.path == path)
        #expect(split.query == query)
    }
}
