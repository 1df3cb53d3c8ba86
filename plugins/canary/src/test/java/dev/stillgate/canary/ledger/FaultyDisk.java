package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Disk with injected faults. A failed force leaves the bytes written since the last force as zeros, and the next force
 * succeeds, as Linux does with pages it could not write. A successful force only records what it covers, for speed; a
 * power loss discards the rest.
 */
public final class FaultyDisk implements Disk {
    /** The operations. */
    public enum Step {
        OPEN,
        WRITE,
        SHORT_WRITE,
        FORCE,
        TRUNCATE,
        MOVE,
        FORCE_DIRECTORY
    }

    private final Set<Step> broken = EnumSet.noneOf(Step.class);
    private final List<Step> done = new ArrayList<>();
    private final Map<Path, Long> forced = new HashMap<>();
    private final Set<Path> unlisted = new HashSet<>();
    private int until = Integer.MAX_VALUE;

    /** Breaks exactly these operations from now on. */
    public void breakAll(Step... steps) {
        broken.clear();
        broken.addAll(List.of(steps));
    }

    /** Breaks every operation after a number of further ones, as the death of the process does; written data stays. */
    public void breakAfter(int steps) {
        until = done.size() + steps;
    }

    public void repair() {
        broken.clear();
        until = Integer.MAX_VALUE;
    }

    /** Truncates files to their last force, and deletes files whose directory was not forced since their creation. */
    public void losePower() throws IOException {
        for (Path file : unlisted) {
            Files.deleteIfExists(file);
            forced.remove(file);
        }
        unlisted.clear();
        for (Map.Entry<Path, Long> file : forced.entrySet()) {
            try (Output out = Disk.system().open(file.getKey())) {
                out.truncate(Math.min(out.size(), file.getValue()));
            }
        }
    }

    /** Returns the operations so far, including failed ones. */
    public List<Step> done() {
        return done;
    }

    private void step(Step step) throws IOException {
        boolean fails = done.size() >= until || broken.contains(step);
        done.add(step);
        if (fails) {
            throw new IOException("injected: " + step);
        }
    }

    @Override
    public Output open(Path file) throws IOException {
        step(Step.OPEN);
        if (Files.notExists(file)) {
            unlisted.add(file);
            forced.put(file, 0L);
        }
        return new FaultyOutput(file, Disk.system().open(file));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        step(Step.MOVE);
        Disk.system().move(from, to);
        unlisted.remove(from);
        unlisted.add(to);
        forced.put(to, forced.remove(from));
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        step(Step.FORCE_DIRECTORY);
        unlisted.removeIf(file -> directory.equals(file.getParent()));
    }

    private final class FaultyOutput implements Output {
        private final Path path;
        private final Output file;
        private long dirtyFrom = Long.MAX_VALUE;
        private long dirtyTo;

        FaultyOutput(Path path, Output file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            step(Step.WRITE);
            dirtyFrom = Math.min(dirtyFrom, position);
            dirtyTo = Math.max(dirtyTo, position + bytes.remaining());
            if (broken.contains(Step.SHORT_WRITE)) {
                return file.write(bytes.slice().limit(bytes.remaining() / 2), position);
            }
            return file.write(bytes, position);
        }

        @Override
        public void force() throws IOException {
            try {
                step(Step.FORCE);
            } catch (IOException e) {
                if (broken.contains(Step.FORCE) && dirtyFrom < dirtyTo) {
                    file.write(ByteBuffer.allocate((int) (dirtyTo - dirtyFrom)), dirtyFrom);
                }
                throw e;
            } finally {
                dirtyFrom = Long.MAX_VALUE;
                dirtyTo = 0;
            }
            forced.put(path, file.size());
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            step(Step.TRUNCATE);
            file.truncate(size);
            forced.computeIfPresent(path, (any, was) -> Math.min(was, size));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
