import Access
import Domain
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Postgres
import Store
import Web

/// One connection: one request, one answer, then it closes.
struct StreamConnection: Sendable {
    typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// How long a request may take to arrive.
    private static let arrival = TimeAmount.seconds(10)
    /// For a load balancer that stands before this process: it lives. No host forwards it.
    private static let healthPath = "/health"

    let server: StreamServer

    /// Never fails: whatever breaks, the connection is closed and the viewer comes back.
    func serve(_ connection: StreamListener.Connection) async {
        let channel = connection.channel
        let alarm = channel.eventLoop.scheduleTask(in: Self.arrival) { channel.close(promise: nil) }
        try? await connection.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Void.self) { group in
                do {
                    try await read(inbound) { request in
                        alarm.cancel()
                        group.addTask {
                            try? await respond(to: request, outbound) { channel.close(promise: nil) }
                            channel.close(promise: nil)
                        }
                    }
                } catch {}
                // The viewer has left.
                group.cancelAll()
            }
        }
        alarm.cancel()
    }

    /// Hands out the first request, without the body that no GET has, and reads on until the other end leaves.
    private func read(_ inbound: Inbound, _ begin: (Request) -> Void) async throws {
        var head: HTTPRequestHead?
        var hasBegun = false
        for try await part in inbound {
            switch part {
            case .head(let received): head = received
            case .body: continue
            case .end:
                guard let head, !hasBegun else { return }
                hasBegun = true
                begin(Request(head: head))
            }
        }
    }

    /// - Parameter close: ends the connection, whatever is being written to it.
    private func respond(
        to request: Request, _ outbound: Outbound, close: @escaping @Sendable () -> Void
    ) async throws {
        if request.path == Self.healthPath { return try await write(.text("ok\n"), outbound) }
        do {
            try await answer(request, outbound, close: close)
        } catch let fault as Fault {
            try await refuse(fault, request, outbound)
        } catch let error as NotBegun {
            server.report("a viewer could not be let in", error.reason)
            try await refuse(Fault.unavailable("The database is not reachable."), request, outbound)
        } catch let error as PostgresError {
            server.report("a viewer's events could not be read", error)
        }
    }

    /// The database failed before anything was answered.
    private struct NotBegun: Error {
        let reason: PostgresError
    }

    private func admit(_ request: Request) async throws -> (answer: Response, seat: Seat.Taken) {
        do {
            return try await server.admit(request)
        } catch let error as PostgresError {
            throw NotBegun(reason: error)
        }
    }

    private func answer(
        _ request: Request, _ outbound: Outbound, close: @escaping @Sendable () -> Void
    ) async throws {
        let (answer, seat) = try await admit(request)
        let member = seat.member
        guard await server.feed.enter(member.user, of: member.organization, limits: server.limits) else {
            throw Fault.unavailable("There are too many viewers; come back in a moment.")
        }
        // Keys are looked at with everything else that lets a viewer in.
        let watched = member.session.map { WatchedSession(session: $0, organization: member.organization) }
        let number = if let watched { await server.watch.add(watched) { close() } } else { nil as Int? }
        let result = await Result {
            try await outbound.write(.head(Self.head(of: answer)))
            let viewer = viewer(member, request, outbound)
            try await viewer.write(String(decoding: answer.body, as: UTF8.self))
            try await viewer.run(from: seat.start)
        }
        if let number { await server.watch.remove(number) }
        await server.feed.leave(member.user, of: member.organization)
        try result.get()
    }

    private func viewer(_ member: Member, _ request: Request, _ outbound: Outbound) -> Viewer {
        let organization = member.organization
        return Viewer(
            organization: organization, feed: server.feed, limits: server.limits,
            readmission: member.session == nil ? server.limits.keyCheck : server.limits.readmission,
            isAdmitted: { [server] in
                do {
                    return try await server.admit(request).seat.member.organization == organization
                } catch {
                    // A database that doesn't answer ends nobody; a refusal does.
                    return !(error is Fault)
                }
            },
            write: { [server] text in
                try await within(server.limits.patience) {
                    try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text))))
                }
            })
    }

    private func refuse(_ fault: Fault, _ request: Request, _ outbound: Outbound) async throws {
        try await write(Problem.response(fault, requestID: request.requestID), outbound)
    }

    /// An answer that is whole.
    private func write(_ answer: Response, _ outbound: Outbound) async throws {
        var headers = HTTPHeaders(answer.headers.fields.map { ($0.name, $0.value) })
        headers.add(name: "content-length", value: String(answer.body.count))
        headers.add(name: "connection", value: "close")
        try await outbound.write(
            .head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: headers)))
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: answer.body))))
        try await outbound.write(.end(nil))
    }

    /// Of a stream: it has no length and ends with its connection.
    private static func head(of answer: Response) -> HTTPResponseHead {
        var headers = HTTPHeaders(answer.headers.fields.map { ($0.name, $0.value) })
        headers.add(name: "connection", value: "close")
        for cookie in answer.cookies { headers.add(name: "set-cookie", value: cookie) }
        return HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

/// - Throws: `CancellationError` when the body took longer than so many seconds.
private func within(_ seconds: Double, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: .seconds(seconds))
            throw CancellationError()
        }
        defer { group.cancelAll() }
        try await group.next()
    }
}
