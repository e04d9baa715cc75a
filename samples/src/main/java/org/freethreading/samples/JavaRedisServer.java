package org.freethreading.samples;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.freethreading.samples.redis.CallbackServer;
import org.freethreading.samples.redis.RedisOptions;
import org.freethreading.samples.redis.Serving;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Serves clients of Redis with callbacks on the event loops of several workers. */
@Command(
        name = "redis",
        description = {
            "Serves clients of Redis: redis-cli, redis-benchmark, and programs that use PING, ECHO, GET, SET, INCR and DEL.",
            "Ctrl-C ends it when what it has read is answered."
        })
final class JavaRedisServer implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private RedisOptions options;

    JavaRedisServer(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        var command = new JavaRedisServer(System.out, System.err);
        System.exit(Commands.runCommand(command, System.out, System.err, args));
    }

    @Override
    public Integer call() {
        return Serving.serve(options, out, err, CallbackServer::open);
    }
}
