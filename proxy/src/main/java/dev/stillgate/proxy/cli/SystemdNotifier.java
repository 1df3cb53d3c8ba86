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
 * Notifications to the service manager, in the protocol of systemd's {@code Type=notify}: one datagram to the socket
 * named by {@code NOTIFY_SOCKET}. The JDK does not support datagrams on Unix sockets, so this class calls three
 * functions of the C library.
 */
final class SystemdNotifier {
    static final String READY = "READY=1\nSTATUS=Serving";
    static final String STOPPING = "STOPPING=1\nSTATUS=Draining: exchanges in progress complete";

    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int LONGEST_PATH = 107;

    private final @Nullable String socket;

    /**
     * Creates a notifier.
     *
     * @param socket the path of the socket, or {@code @} and an abstract name; null disables notifications
     */
    SystemdNotifier(@Nullable String socket) {
        this.socket = socket;
    }

    /** Returns a notifier for the environment of this process. */
    static SystemdNotifier ofProcess() {
        return new SystemdNotifier(System.getenv("NOTIFY_SOCKET"));
    }

    /** Sends a state. Failures are only logged, because the gateway does not depend on them. */
    void send(String state) {
        if (socket == null) {
            return;
        }
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        if (path.length < 2 || path.length > LONGEST_PATH || (path[0] != '/' && path[0] != '@')) {
            LOG.warn("NOTIFY_SOCKET is not a socket path: {}", socket);
            return;
        }
        try {
            if (!deliver(path, state.getBytes(StandardCharsets.UTF_8))) {
                LOG.warn(
                        "cannot notify the supervisor at {} of: {}",
                        socket,
                        state.lines().findFirst().orElse(""));
            }
        } catch (Throwable e) { // declared by method handles
            LOG.warn("cannot notify the supervisor at {}", socket, e);
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

    @SuppressWarnings("restricted") // the command passes --enable-native-access, as for the transports
    private static MethodHandle call(String function, FunctionDescriptor signature) {
        SymbolLookup library = Linker.nativeLinker().defaultLookup();
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(function), signature);
    }
}
