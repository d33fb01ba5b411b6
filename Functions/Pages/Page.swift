/// The pages there are. All text is ours: nothing of a request stands in them.
enum Page {
    case start(isSandbox: Bool)
    case unknown

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>\(title)</title>
        <link rel="icon" href="\(Self.icon)">
        <style>\(PageStyle.css)</style>
        </head>
        <body>
        <main>
        <p class="brand"><span class="mark" aria-hidden="true"></span>Parley</p>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private var title: String {
        switch self {
        case .start: "Parley"
        case .unknown: "Page not found · Parley"
        }
    }

    private var content: String {
        switch self {
        case .start(let isSandbox):
            """
            <h1>Customers write. Parley answers.</h1>
            <p>This installation answers a business’s customers on WhatsApp with AI, within the hours, quota and budget that
            the business sets, and calls a person when one is needed.</p>
            <ul>
            \(isSandbox ? Self.phone : "")<li><a href="/health"><b>Health</b> <span>Is everything up?</span></a></li>
            </ul>
            <p class="soft">\(isSandbox ? "A sandbox: providers and phones are simulated. " : "")The dashboard is still to come.</p>
            """
        case .unknown:
            """
            <h1>There is no page here.</h1>
            <p>The address may be mistyped, or the page has moved.</p>
            <ul>
            <li><a href="/"><b>Start page</b> <span>Begin again from there.</span></a></li>
            </ul>
            <p class="soft">Error 404</p>
            """
        }
    }

    private static let phone =
        #"<li><a href="/sandbox/phone"><b>Phone</b> <span>Write to a business as its customer.</span></a></li>"# + "\n"

    /// A speech bubble, within the page: no second request.
    private static let icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230B6A4A' "
        + "d='M2 1h12a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H7l-4 4v-4H2a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z'/%3E%3C/svg%3E"
}
