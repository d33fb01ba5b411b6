/// The one style of the page, within it; the browser takes it for its hash.
enum ReferenceStyle {
    /// SHA-256 of `css` as Content Security Policy writes it; a test says the right one when the style was changed.
    static let hash = "sha256-O4PBgKEp0rvS+xJqolAxfRNlvJzAbJYOB2ml9vFXOR0="

    static let css = """
        :root { color-scheme: light dark; --ink: #1b1f1d; --soft: #5b6560; --line: #d9dfdb; --ground: #fbfcfb; --accent: #0b6a4a }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8edea; --soft: #a3aea8; --line: #333b37; --ground: #141816; --accent: #6fd3ac }
        }
        body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground) }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; border-block: 1px solid var(--line); padding-block: .75rem }
        a { color: var(--accent) }
        h2 { margin-block: 2.5rem .5rem }
        article { border-block-start: 1px solid var(--line); padding-block: 1rem }
        h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere }
        h4 { margin-block: 1rem .25rem; font-size: .9rem }
        .method { color: var(--accent); font-weight: 700 }
        .soft { color: var(--soft) }
        .table { overflow-x: auto }
        table { border-collapse: collapse; width: 100%; font-size: .9rem }
        td { border-block-end: 1px solid var(--line); padding: .35rem .75rem .35rem 0; vertical-align: top; text-align: start }
        pre { background: color-mix(in srgb, var(--ink) 6%, transparent); padding: .75rem; overflow-x: auto; font-size: .85rem }
        summary { cursor: pointer; color: var(--accent); padding-block: .6rem }
        """
}
