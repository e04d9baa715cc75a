package org.freethreading.samples.redis;

import static java.net.StandardSocketOptions.TCP_NODELAY;
import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.freethreading.WorkerRunnable;
import org.freethreading.java.Worker;

/**
 * A client that is served by callbacks. All of this belongs to the worker to whose loop they are posted.
 *
 * <pre>
 *     READING -- bytes --> ANSWERING -- replies written --> READING
 *     READING -- stop --> PARTING
 *     ANSWERING -- replies written, and goodbye said or stopped meanwhile --> PARTING
 *     READING, PARTING -- the client has closed its side --> CLOSED
 *     PARTING -- a second later --> CLOSED
 * </pre>
 *
 * <p>It does not read while it answers: who does not take replies can send no more requests. PARTING has closed its own
 * side, and drops what comes: to close both with something unread could take replies away from the client.
 */
final class CallbackConnection {
    private final AsynchronousSocketChannel channel;
    private final Worker loop;
    private final CallbackStore store;
    private final Session session;
    private final ReplyEncoder encoder = new ReplyEncoder();
    private final ByteBuffer input = ByteBuffer.allocate(Limits.BUFFER_BYTES);
    private final ByteBuffer output = ByteBuffer.allocate(Limits.BUFFER_BYTES);
    private final Handler onRead = new Handler(this::received);
    private final Handler onWritten = new Handler(count -> write());
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private State state = State.READING;
    private boolean isStopped;
    private boolean isLast;

    private enum State {
        READING,
        ANSWERING,
        PARTING,
        CLOSED
    }

    CallbackConnection(AsynchronousSocketChannel channel, long id, Worker loop, CallbackStore store) {
        this.channel = channel;
        this.loop = loop;
        this.store = store;
        session = new Session(id);
    }

    /** Serves the client until it is gone; then the future is complete, and the channel closed. */
    CompletableFuture<Void> serve() {
        guarded(() -> {
            channel.setOption(TCP_NODELAY, true);
            read();
        });
        return closed;
    }

    /** Has it answer what it has read, and say goodbye. The future is that of {@link #serve()}. */
    CompletableFuture<Void> stop() {
        isStopped = true;
        if (state == State.READING) guarded(this::part);
        return closed;
    }

    private void read() {
        channel.read(input.clear(), null, onRead);
    }

    private void received(int count) throws IOException {
        if (count < 0) {
            close();
        } else if (state == State.READING) {
            answer(session.read(input.flip()));
        } else {
            read();
        }
    }

    private void answer(Burst burst) throws IOException {
        state = State.ANSWERING;
        isLast = burst.isLast();
        if (burst.getNeedsStore()) {
            store.complete(burst).whenComplete((nothing, failure) -> post(() -> reply(burst, failure)));
        } else {
            reply(burst, null);
        }
    }

    private void reply(Burst burst, Throwable failure) throws IOException {
        if (failure != null) throw new IllegalStateException("the store has failed", failure);
        burst.moveTo(encoder);
        output.clear().flip();
        write();
    }

    /** Writes what is in the buffer, then what comes next. */
    private void write() throws IOException {
        if (!output.hasRemaining()) {
            encoder.encode(output.clear());
            output.flip();
        }
        if (output.hasRemaining()) {
            channel.write(output, null, onWritten);
        } else {
            answered();
        }
    }

    private void answered() throws IOException {
        state = State.READING;
        if (isLast || isStopped) part();
        read();
    }

    private void part() throws IOException {
        state = State.PARTING;
        channel.shutdownOutput();
        delayedExecutor(Limits.PARTING_TIME.toMillis(), MILLISECONDS).execute(() -> post(this::close));
    }

    private void close() {
        state = State.CLOSED;
        try {
            channel.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            closed.complete(null);
        }
    }

    /** Runs {@code step} on the loop. If that accepts no more, the channel has been closed, or will be with all others. */
    private void post(WorkerRunnable step) {
        try {
            loop.post(() -> guarded(step));
        } catch (RejectedExecutionException ended) {
            // Nobody waits for this connection any more.
        }
    }

    /** Whatever a step throws, the connection is not left open behind it. */
    private void guarded(WorkerRunnable step) {
        if (state == State.CLOSED) return;
        try {
            step.runTask();
        } catch (IOException gone) {
            close();
        } catch (Throwable failure) {
            close();
            throw new IllegalStateException("a connection was closed because of a failure", failure);
        }
    }

    /** Posts what comes next, wherever it is called. */
    private final class Handler implements CompletionHandler<Integer, Void> {
        private final Next next;

        Handler(Next next) {
            this.next = next;
        }

        @Override
        public void completed(Integer count, Void nothing) {
            post(() -> next.accept(count));
        }

        @Override
        public void failed(Throwable failure, Void nothing) {
            post(CallbackConnection.this::close);
        }
    }

    private interface Next {
        void accept(int count) throws IOException;
    }
}
