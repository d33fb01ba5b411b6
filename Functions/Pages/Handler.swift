import Web

/// `GET /`: the start page, until the dashboard takes its place. `ANY /{path+}`: every address that no other function
/// answers; the gateway looks here last. Public, reads and writes nothing.
struct PagesHandler: Sendable {
    /// Nothing is loaded from anywhere but the page's own style.
    private static let policy =
        "default-src 'none'; style-src '\(PageStyle.hash)'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"

    let isSandbox: Bool

    var router: Router {
        var router = Router()
        router.on("GET /") { _ in page(.start(isSandbox: isSandbox), status: 200, caching: "no-cache") }
        router.on("ANY /{path+}", unknown)
        return router
    }

    /// A page for browsers; for everybody else the problem document that the host makes of the fault.
    private func unknown(_ request: Request) throws -> Response {
        guard Audience(accept: request.headers["accept"]) == .people else { throw Fault.notFound("page") }
        var response = page(.unknown, status: 404, caching: "no-store")
        response.headers.add("vary", "accept")
        return response
    }

    private func page(_ page: Page, status: Int, caching: String) -> Response {
        var response = Response.text(page.html, status: status, type: "text/html; charset=utf-8")
        response.headers.add("content-security-policy", Self.policy)
        response.headers.add("cache-control", caching)
        return response
    }
}
