package import Store

extension JobQueue {
    /// Does the work and renews the job's lease meanwhile. When the lease is lost the work is cancelled: another process
    /// has the job.
    ///
    /// - Parameter seconds: real seconds until it is cancelled in any case.
    package func keepingLease(
        of job: Job, atMost seconds: Double = 60, _ body: @Sendable @escaping () async throws -> JobOutcome
    ) async throws -> JobOutcome {
        try await withThrowingTaskGroup(of: JobOutcome?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await renewWhileHeld(job, until: .now + .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            var isLost = false
            while let result = await group.nextResult() {
                switch result {
                // Work that came to its end holds, also when its job ended with it: what it writes is fenced by itself.
                case .success(let outcome?): return outcome
                case .success(nil):
                    isLost = true
                    group.cancelAll()
                case .failure(let error): throw isLost ? LeaseLost() : error
                }
            }
            throw LeaseLost()
        }
    }

    /// Returns when the lease is somebody else's. A renewal that fails is tried again while the lease holds: a server that restarts must
    /// not end work that is being handed over.
    private func renewWhileHeld(_ job: Job, until end: ContinuousClock.Instant) async throws {
        var held = ContinuousClock.now
        var pause = lease / 3
        while true {
            try await Task.sleep(until: min(end, .now + .seconds(pause)), clock: .continuous)
            if .now >= end { throw JobTimedOut() }
            let asked = ContinuousClock.now
            switch try? await renew(job) {
            case true?: (held, pause) = (asked, lease / 3)
            case false?: return
            case nil where ContinuousClock.now - held > .seconds(lease): throw LeaseNotRenewed()
            case nil: pause = min(1, lease / 10)
            }
        }
    }
}

struct LeaseLost: Error, CustomStringConvertible {
    let description = "the job's lease was lost"
}

struct LeaseNotRenewed: Error, CustomStringConvertible {
    let description = "the job's lease ran out while the database did not answer"
}

struct JobTimedOut: Error, CustomStringConvertible {
    let description = "the job took longer than its kind may"
}
