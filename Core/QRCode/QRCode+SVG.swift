extension QRCode {
    /// Black on white in both themes, quiet zone included; one path of horizontal runs, sharp at every size.
    package var svg: String {
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                guard isDark(column, row) else {
                    column += 1
                    continue
                }
                let start = column
                while column < width, isDark(column, row) { column += 1 }
                path += "M\(start) \(row)h\(column - start)v1h-\(column - start)z"
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(width)" shape-rendering="crispEdges" \
            role="img" aria-label="QR code"><path fill="#fff" d="M0 0h\(width)v\(width)H0z"/><path d="\(path)"/></svg>

            """
    }
}
