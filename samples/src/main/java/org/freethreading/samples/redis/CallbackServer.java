package org.freethreading.samples.redis;

import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.util.concurrent.CompletableFuture.allOf;
import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.freethreading.Backend;
import org.freethreading.WorkerLocal;
import org.freethreading.java.Semaphore;
import org.freethreading.java.Worker;
import org.freethreading.java.WorkerGroup;

/**
 * A server of which each client is served by callbacks.
 *
 * <pre>
 *     acceptor --- client after client, in turn ---> loop 1 ... loop n --- bursts of requests ---> store
 * </pre>
 *
 * <p>To stop it is to close the listener. That is what the acceptor hears next, and it has the loops' clients leave, which
 * no new ones can join now. Whoever has not left after a while is cut off. All of its own state is the acceptor's.
 */
public final class CallbackServer implements RespServer {
    private final AsynchronousChannelGroup group;
    private final AsynchronousServerSocketChannel listener;
    private final Duration patience;
    private final int port;
    private final CallbackStore store;
    private final WorkerGroup loops;
    private final Worker acceptor;

    private final Semaphore places;

    /** The clients of each loop. */
    private final WorkerLocal<Set<CallbackConnection>> clients = new WorkerLocal<>(HashSet::new);

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long accepted;

    private CallbackServer(
            AsynchronousChannelGroup group, AsynchronousServerSocketChannel listener, int workers, Duration patience)
            throws IOException {
        this.patience = patience;
        this.group = group;
        this.listener = listener;
        port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        var backend = Backend.threads(false); // sockets do not travel
        store = new CallbackStore(backend);
        loops = new WorkerGroup(workers, backend);
        places = new Semaphore(Limits.MAX_CLIENTS, backend);
        acceptor = Worker.eventLoop("acceptor", backend);
    }

    /**
     * Listens on {@code port}, or on any if it is 0.
     *
     * @param port the port
     * @param workers how many loops serve clients
     * @return the server
     * @throws IOException if it cannot
     */
    public static RespServer open(int port, int workers) throws IOException {
        return open(port, workers, Limits.STOPPING_TIME);
    }

    /**
     * As the other {@code open}, for a server that has {@code patience} with its clients when it is stopped.
     *
     * @param port the port
     * @param workers how many loops serve clients
     * @param patience how long to wait for clients that have to read their replies
     * @return the server
     * @throws IOException if it cannot
     */
    public static RespServer open(int port, int workers, Duration patience) throws IOException {
        var group = AsynchronousChannelGroup.withThreadPool(new DirectExecutor());
        try {
            var listener = AsynchronousServerSocketChannel.open(group).setOption(SO_REUSEADDR, true);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Limits.BACKLOG);
            var server = new CallbackServer(group, listener, workers, patience);
            server.acceptor.post(server::accept);
            return server;
        } catch (IOException | RuntimeException failure) {
            group.shutdownNow();
            throw failure;
        }
    }

    @Override
    public int getPort() {
        return port;
    }

    @Override
    public void stop() {
        try {
            listener.close();
        } catch (IOException failure) {
            throw new IllegalStateException("cannot stop listening on port " + port, failure);
        }
    }

    @Override
    public void awaitEnd() {
        ended.join();
    }

    private void accept() {
        listener.accept(null, new CompletionHandler<AsynchronousSocketChannel, Void>() {
            @Override
            public void completed(AsynchronousSocketChannel channel, Void nothing) {
                acceptor.post(() -> serve(channel));
            }

            @Override
            public void failed(Throwable failure, Void nothing) {
                acceptor.post(() -> goOn(failure));
            }
        });
    }

    private void serve(AsynchronousSocketChannel channel) {
        accept();
        if (!places.tryAcquire()) {
            Limits.refuse(channel);
            return;
        }
        long id = ++accepted;
        var loop = loops.next();
        loop.post(() -> {
            var connection = new CallbackConnection(channel, id, loop, store);
            var mine = clients.get();
            mine.add(connection);
            connection.serve().thenRun(() -> {
                mine.remove(connection);
                places.release();
            });
        });
    }

    private void goOn(Throwable failure) {
        if (failure instanceof ClosedChannelException) end();
        else
            delayedExecutor(Limits.ACCEPT_PAUSE.toMillis(), MILLISECONDS, acceptor)
                    .execute(this::accept);
    }

    private void end() {
        try {
            var leaving = new ArrayList<CompletableFuture<Void>>();
            for (var loop : loops) leaving.add(loop.submit(this::stopClients).thenCompose(all -> all));
            allOf(leaving.toArray(CompletableFuture<?>[]::new)).get(patience.toMillis(), MILLISECONDS);
        } catch (TimeoutException late) {
            // They are cut off by what follows.
        } catch (ExecutionException | InterruptedException failure) {
            throw new IllegalStateException("cannot have the clients leave", failure);
        } finally {
            closeAll();
        }
    }

    private CompletableFuture<Void> stopClients() {
        var leaving = List.copyOf(clients.get()).stream().map(CallbackConnection::stop); // they leave the set
        return allOf(leaving.toArray(CompletableFuture<?>[]::new));
    }

    private void closeAll() {
        try {
            group.shutdownNow();
        } catch (IOException failure) {
            throw new IllegalStateException("cannot close the connections", failure);
        } finally {
            loops.close();
            store.close();
            acceptor.shutdown();
            ended.complete(null);
        }
    }
}
