/// The one style of the pages, within each of them. The browser takes it for its hash, so no other can be slipped in.
enum PageStyle {
    /// SHA-256 of `css` as Content Security Policy writes it; a test says the right one when the style was changed.
    static let hash = "sha256-eH9QoHf/LxB5xOI7ZfGbmNw4fpSxkZjGVTnBdYjF46E="

    static let css = """
        :root {
          color-scheme: light dark;
          --paper: #f2f4f0; --surface: #ffffff; --line: #d9ded6; --ink: #14201b; --soft: #44524b; --accent: #0b6a4a;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #0d1311; --surface: #141b18; --line: #27312c; --ink: #e7ede9; --soft: #b4c0ba; --accent: #4fc08d;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; min-block-size: 100vh; min-block-size: 100dvh; display: grid; align-items: center;
          background: var(--paper); color: var(--ink);
          font: 1.0625rem/1.55 "Clear Sans", "Noto Sans", "Segoe UI", system-ui, -apple-system, Roboto, sans-serif;
        }
        main { inline-size: 100%; max-inline-size: 36rem; margin-inline: auto; padding: 2rem 1.25rem 4rem; }
        .brand { display: flex; align-items: center; gap: .625rem; margin: 0 0 2.5rem; font-weight: 700; }
        .mark {
          inline-size: 1.375rem; block-size: 1.125rem; border-radius: .3rem .3rem .3rem 0; background: var(--accent);
        }
        h1 { margin: 0 0 1rem; font-size: clamp(1.75rem, 1.25rem + 2.5vw, 2.5rem); line-height: 1.15; text-wrap: balance; }
        p { margin: 0 0 1.5rem; }
        ul { margin: 0 0 1.5rem; padding: 0; list-style: none; border-block-start: 1px solid var(--line); }
        li { border-block-end: 1px solid var(--line); }
        li a { display: grid; grid-template-columns: 6.5rem 1fr; gap: .5rem; padding: .875rem 0; color: var(--ink); text-decoration: none; }
        li b { color: var(--accent); }
        li span { color: var(--soft); }
        a:hover b { text-decoration: underline; text-underline-offset: .2em; }
        a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .soft { margin: 0; color: var(--soft); font-size: .9375rem; }
        """
}
