package dev.stillgate.proxy.fleet;

import dev.stillgate.proxy.fleet.StreamWriter.StreamName;
import dev.stillgate.proxy.orders.SharedRecords;
import dev.stillgate.spi.orders.Order;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records in a hash of the store, and the ids of changed ones in a stream. Requests follow one another in small batches, so
 * that neither the store nor the fleet's event loop delays draws. The ranks that {@link #add} assigns are ids of the stream:
 * they only grow, also when the store's clock is set back. Stages complete on the fleet's worker.
 */
final class StoreRecords implements SharedRecords {
    /** Size of a batch, unless one record is larger. */
    private static final int BATCH_BYTES = 256 << 10;

    private static final int BATCH_RECORDS = 256;
    private static final int MOST_HEAD = 64;

    /**
     * Announces an id; returns the id of the stream's entry, which is at least {@code least}. Parts of stream ids are
     * compared as decimal texts, because Lua's numbers have 53 bits.
     */
    private static final String ANNOUNCE = """
            local function above(a, b)
              return #a > #b or (#a == #b and a > b)
            end
            local function announce(id, least)
              local function entry(place)
                return redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], place, 'n', ARGV[1], 'r', id)
              end
              local given = entry('*')
              local millis, sequence = string.match(given, '(%d+)-(%d+)')
              local leastMillis, leastSequence = string.match(least, '(%d+)-(%d+)')
              if above(leastMillis, millis) or (millis == leastMillis and above(leastSequence, sequence)) then
                return entry(least)
              end
              return given
            end
            """;

    private static final byte[] ADD = utf8(ANNOUNCE + """
            local stored = redis.call('HGET', KEYS[1], ARGV[3])
            if stored and string.find(stored, '^%d+%-%d+ %d+ ') then
              return stored
            end
            local rank = announce(ARGV[3], ARGV[5])
            local time = redis.call('TIME')
            local head = rank .. ' ' .. time[1] .. string.format('%03d', math.floor(time[2] / 1000)) .. ' '
            redis.call('HSET', KEYS[1], ARGV[3], head .. ARGV[4])
            return head
            """);

    private static final byte[] PUT = utf8(ANNOUNCE + """
            for i = 3, #ARGV, 2 do
              if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then
                announce(ARGV[i], string.match(ARGV[i + 1], '^%d+%-%d+'))
                redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
              end
            end
            return 0
            """);

    private static final byte[] REMOVE = utf8("""
            for i = 1, #ARGV do
              redis.call('HDEL', KEYS[1], ARGV[i])
            end
            return 0
            """);

    /** Older stores scan no hash without its values, which may be large. */
    private static final byte[] IDS = utf8("""
            local page = redis.pcall('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2], 'NOVALUES')
            return page.err and {'0', redis.call('HKEYS', KEYS[1])} or page
            """);

    /** Returns the number of ids that were looked up, and the ids and records that were found. */
    private static final byte[] GET = utf8("""
            local found, bytes, i = {0}, 0, 3
            while ARGV[i] do
              local size = redis.call('HSTRLEN', KEYS[1], ARGV[i])
              if size > 0 and size <= tonumber(ARGV[2]) then
                if bytes > 0 and bytes + size > tonumber(ARGV[1]) then
                  break
                end
                bytes = bytes + size
                found[#found + 1] = ARGV[i]
                found[#found + 1] = redis.call('HGET', KEYS[1], ARGV[i])
              end
              i = i + 1
            end
            found[1] = i - 3
            return found
            """);

    private final byte[] node;
    private final StreamName changes;
    private final byte[][] hash;
    private final byte[][] hashAndChanges;
    private final StoreConnection connection;
    private final BooleanSupplier joined;
    private final StreamReader reader;
    private final EventExecutor worker;
    private final EventExecutor thread;

    /**
     * Creates the records of a key.
     *
     * @param connection the connection that positions of streams are asked on
     * @param thread calls the receiver of changes
     */
    StoreRecords(
            String node,
            String key,
            StoreConnection connection,
            BooleanSupplier joined,
            StreamReader reader,
            EventExecutor worker,
            EventExecutor thread) {
        this.node = utf8(node);
        this.changes = new StreamName(key + ":new", StreamFeed.LENGTH);
        this.hash = new byte[][] {utf8(key)};
        this.hashAndChanges = new byte[][] {utf8(key), changes.bytes()};
        this.connection = connection;
        this.joined = joined;
        this.reader = reader;
        this.worker = worker;
        this.thread = thread;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    @Override
    public CompletionStage<Stored> add(String id, String body, Order.Rank after) {
        byte[] bytes = utf8(body);
        if (bytes.length > MOST_BYTES) {
            return tooLarge(id, bytes.length);
        }
        return this.<byte[]>run(
                        ADD,
                        ScriptOutputType.VALUE,
                        hashAndChanges,
                        List.of(
                                node,
                                length(),
                                utf8(id),
                                bytes,
                                utf8(after.next().toString())))
                .thenApply(answer -> {
                    Stored stored = parsed(answer);
                    if (stored == null) {
                        throw new IllegalStateException("the store's record " + id + " is damaged");
                    }
                    return stored.body().isEmpty() ? new Stored(stored.rank(), stored.time(), body) : stored;
                });
    }

    @Override
    public CompletionStage<Void> put(Map<String, Stored> records) {
        List<List<byte[]>> batches = new ArrayList<>();
        List<byte[]> batch = new ArrayList<>();
        int size = 0;
        for (Map.Entry<String, Stored> each : records.entrySet()) {
            Stored record = each.getValue();
            byte[] value = utf8(record.rank() + " " + record.time() + " " + record.body());
            if (value.length > MOST_BYTES + MOST_HEAD) {
                return tooLarge(each.getKey(), value.length);
            }
            if (!batch.isEmpty() && (size + value.length > BATCH_BYTES || batch.size() >= 2 * BATCH_RECORDS)) {
                batches.add(batch);
                batch = new ArrayList<>();
                size = 0;
            }
            batch.add(utf8(each.getKey()));
            batch.add(value);
            size += value.length;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return eachInTurn(batches, 0, pairs -> {
            List<byte[]> arguments = new ArrayList<>(List.of(node, length()));
            arguments.addAll(pairs);
            return run(PUT, ScriptOutputType.INTEGER, hashAndChanges, arguments);
        });
    }

    @Override
    public CompletionStage<Void> remove(Set<String> ids) {
        List<byte[]> all = ids.stream().map(StoreRecords::utf8).toList();
        List<List<byte[]>> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BATCH_RECORDS) {
            batches.add(all.subList(from, Math.min(all.size(), from + BATCH_RECORDS)));
        }
        return eachInTurn(batches, 0, batch -> run(REMOVE, ScriptOutputType.INTEGER, hash, batch));
    }

    @Override
    public CompletionStage<Set<String>> ids() {
        return idsFrom("0", new HashSet<>());
    }

    private CompletionStage<Set<String>> idsFrom(String place, Set<String> found) {
        List<byte[]> arguments = List.of(utf8(place), utf8(String.valueOf(BATCH_RECORDS)));
        return this.<List<Object>>run(IDS, ScriptOutputType.MULTI, hash, arguments)
                .thenCompose(page -> {
                    ((List<?>) page.get(1)).forEach(id -> found.add(text(id)));
                    String next = text(page.get(0));
                    return next.equals("0") ? CompletableFuture.completedStage(found) : idsFrom(next, found);
                });
    }

    @Override
    public CompletionStage<Map<String, Stored>> get(Set<String> ids) {
        return getFrom(List.copyOf(ids), new HashMap<>());
    }

    private CompletionStage<Map<String, Stored>> getFrom(List<String> ids, Map<String, Stored> found) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedStage(found);
        }
        List<byte[]> arguments = new ArrayList<>(
                List.of(utf8(String.valueOf(BATCH_BYTES)), utf8(String.valueOf(MOST_BYTES + MOST_HEAD))));
        ids.stream().limit(BATCH_RECORDS).map(StoreRecords::utf8).forEach(arguments::add);
        return this.<List<Object>>run(GET, ScriptOutputType.MULTI, hash, arguments)
                .thenCompose(answer -> {
                    for (int i = 1; i + 1 < answer.size(); i += 2) {
                        Stored stored = parsed((byte[]) answer.get(i + 1));
                        if (stored != null) {
                            found.put(text(answer.get(i)), stored);
                        }
                    }
                    return getFrom(ids.subList(((Long) answer.get(0)).intValue(), ids.size()), found);
                });
    }

    /** Returns the record of a text {@code rank time body}, null if it is damaged. */
    private static @Nullable Stored parsed(byte[] value) {
        String text = text(value);
        int rankEnd = text.indexOf(' ');
        int timeEnd = text.indexOf(' ', rankEnd + 1);
        if (rankEnd < 0 || timeEnd < 0) {
            return null;
        }
        try {
            Order.Rank rank = Order.Rank.of(text.substring(0, rankEnd));
            return new Stored(rank, Long.parseLong(text, rankEnd + 1, timeEnd, 10), text.substring(timeEnd + 1));
        } catch (IllegalArgumentException damaged) {
            return null;
        }
    }

    private byte[] length() {
        return utf8(String.valueOf(changes.length()));
    }

    private static <T> CompletionStage<T> tooLarge(String id, int bytes) {
        return CompletableFuture.failedStage(new IllegalArgumentException(
                "the record " + id + " has " + bytes + " bytes: the store takes at most " + MOST_BYTES));
    }

    /** Sends a batch once the one before it was answered. */
    private static CompletionStage<Void> eachInTurn(
            List<List<byte[]>> batches, int next, Function<List<byte[]>, CompletionStage<?>> send) {
        if (next == batches.size()) {
            return CompletableFuture.completedStage(null);
        }
        return send.apply(batches.get(next)).thenCompose(done -> eachInTurn(batches, next + 1, send));
    }

    private <T> CompletionStage<T> run(byte[] script, ScriptOutputType output, byte[][] keys, List<byte[]> arguments) {
        StatefulRedisConnection<byte[], byte[]> open = connection.get();
        if (open == null || !joined.getAsBoolean()) {
            return CompletableFuture.failedStage(new IllegalStateException("the fleet's store is lost"));
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        open.async()
                .<T>eval(script, output, keys, arguments.toArray(byte[][]::new))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(StoreConnection.cause(failure));
                        return;
                    }
                    try {
                        worker.execute(() -> result.complete(answer));
                    } catch (RejectedExecutionException closed) {
                        result.completeExceptionally(closed);
                    }
                });
        return result;
    }

    @Override
    public void listen(Listener listener) {
        reader.listen(changes, Duration.ZERO, new RecordChanges(this, listener, thread));
    }
}
