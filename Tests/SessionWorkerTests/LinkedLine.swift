import WhatsAppServer

/// A client that a simulated phone was linked to. Other rooms have lines of their own.
typealias LinkedLine = Line
