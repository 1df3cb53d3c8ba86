package dev.stillgate.proxy.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Word to whoever supervises the process, in the way of systemd's {@code Type=notify}: one datagram to the socket that
 * {@code NOTIFY_SOCKET} names. The JDK has no datagrams of Unix sockets, so three functions of the C library are called.
 */
final class ServiceNotice {
    static final String READY = "READY=1\nSTATUS=Serving";
    static final String STOPPING = "STOPPING=1\nSTATUS=Draining: exchanges under way end";

    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotice.class);
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int LONGEST_PATH = 107;

    private final @Nullable String socket;

    /**
     * A sender.
     *
     * @param socket the path of the socket, or {@code @} and an abstract name; null when nobody listens
     */
    ServiceNotice(@Nullable String socket) {
        this.socket = socket;
    }

    /** Returns the sender to whoever started this process. */
    static ServiceNotice ofProcess() {
        return new ServiceNotice(System.getenv("NOTIFY_SOCKET"));
    }

    /** Sends it; what cannot be sent is logged, since nothing of the gateway depends on it. */
    void send(String state) {
        if (socket == null) {
            return;
        }
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        if (path.length < 2 || path.length > LONGEST_PATH || (path[0] != '/' && path[0] != '@')) {
            LOG.warn("NOTIFY_SOCKET is no socket: {}", socket);
            return;
        }
        try {
            if (!deliver(path, state.getBytes(StandardCharsets.UTF_8))) {
                LOG.warn(
                        "the supervisor at {} was not told: {}",
                        socket,
                        state.lines().findFirst().orElse(""));
            }
        } catch (Throwable e) { // what a method handle declares
            LOG.warn("the supervisor at {} cannot be told", socket, e);
        }
    }

    private static boolean deliver(byte[] path, byte[] state) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) call("socket", ints(3)).invokeExact((int) AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            if (descriptor < 0) {
                return false;
            }
            MemorySegment address = arena.allocate(Short.BYTES + path.length + 1L);
            address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, path.length);
            if (path[0] == '@') {
                address.set(ValueLayout.JAVA_BYTE, Short.BYTES, (byte) 0);
            }
            int length = Short.BYTES + path.length + (path[0] == '@' ? 0 : 1);
            MemorySegment text = arena.allocate(state.length);
            MemorySegment.copy(state, 0, text, ValueLayout.JAVA_BYTE, 0, state.length);
            long sent = (long) call("sendto", SENDTO)
                    .invokeExact(descriptor, text, (long) state.length, MSG_NOSIGNAL, address, length);
            int closed = (int) call("close", ints(1)).invokeExact(descriptor);
            return sent == state.length && closed == 0;
        }
    }

    private static final FunctionDescriptor SENDTO = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT);

    private static FunctionDescriptor ints(int arguments) {
        ValueLayout.OfInt[] layouts = new ValueLayout.OfInt[arguments];
        java.util.Arrays.fill(layouts, ValueLayout.JAVA_INT);
        return FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts);
    }

    @SuppressWarnings("restricted") // --enable-native-access is given by the command, as for the transports
    private static MethodHandle call(String function, FunctionDescriptor shape) {
        SymbolLookup library = Linker.nativeLinker().defaultLookup();
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(function), shape);
    }
}
