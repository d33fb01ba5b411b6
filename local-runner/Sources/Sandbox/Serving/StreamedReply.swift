import HTTPServer
import NIOCore
import NIOHTTP1
import Web

/// A reply that is written as it comes: no faster than the client reads it, and no longer than the client is there.
@HostLoop
final class StreamedReply {
    private let exchange: HTTPExchange
    private var isWritable = true
    private var writing: Task<Void, Never>?
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ exchange: HTTPExchange) {
        self.exchange = exchange
    }

    func write(_ status: Int, _ headers: Headers, _ chunks: AsyncStream<[UInt8]>) {
        guard exchange.isWaiting else { return }
        exchange.onWritable = { self.goOn($0) }
        exchange.onAbandon = {
            self.writing?.cancel()
            self.goOn(true)
        }
        exchange.begin(
            HTTPResponseStatus(statusCode: status), HTTPHeaders(headers.fields.map { ($0.name, $0.value) }))
        // A HEAD is answered, and somebody may have left.
        guard !exchange.isOver else { return }
        writing = Task { @HostLoop in
            for await chunk in chunks {
                exchange.send(ByteBuffer(bytes: chunk))
                await untilWritable()
            }
            exchange.end()
            writing = nil
        }
    }

    private func goOn(_ isWritable: Bool) {
        self.isWritable = isWritable
        guard isWritable else { return }
        waiting?.resume()
        waiting = nil
    }

    private func untilWritable() async {
        guard !isWritable else { return }
        await withCheckedContinuation { waiting = $0 }
    }
}
