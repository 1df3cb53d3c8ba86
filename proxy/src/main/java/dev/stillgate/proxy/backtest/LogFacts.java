package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.exchange.Routes;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Parsed facts of the current log line: account, address, headers, path, label and connection. Equal values share one
 * instance through bounded caches. Reusable.
 */
final class LogFacts {
    private static final int MANY = 1 << 16;
    private static final int SOME = 1 << 13;
    private static final int FEW = 1 << 10;

    private final SliceCache<LoggedAccount> accounts;
    private final SliceCache<LoggedPath> paths;
    private final SliceCache<InetAddress> addresses = new SliceCache<>(MANY, LogFacts::address);
    private final SliceCache<LoggedHeaders> headerLists = new SliceCache<>(SOME, LoggedHeaders::read);
    private final SliceCache<String> connections = new SliceCache<>(MANY, LogLine::text);
    private final SliceCache<String> shortTexts = new SliceCache<>(FEW, LogLine::text);

    private @Nullable LoggedAccount account;
    private @Nullable InetAddress address;
    private @Nullable LoggedHeaders headers;
    private @Nullable LoggedPath path;
    private String label = "";
    private String connection = "";
    private String http = "1.1";
    private String ja4 = "";
    private String method = LoggedPath.POST;

    LogFacts(LogAccounts population, Routes routes) {
        accounts = new SliceCache<>(MANY, (bytes, from, to) -> population.of(LogLine.text(bytes, from, to)));
        paths = new SliceCache<>(FEW, (bytes, from, to) -> new LoggedPath(routes, LogLine.text(bytes, from, to)));
    }

    /** Reads a line. The first invalid field is reported. */
    void read(LogLine line) throws BrokenLine {
        address = line.required("ip", addresses);
        headers = line.value("headers", headerLists);
        path = line.required("path", paths);
        label = line.optional("label", shortTexts, "");
        connection = line.optional("connection", connections, "");
        http = line.optional("http", shortTexts, "1.1");
        ja4 = line.optional("ja4", shortTexts, "");
        method = line.optional("method", shortTexts, line.find("request") < 0 ? LoggedPath.GET : LoggedPath.POST);
        account = line.required("account", accounts); // last, because this creates the account
    }

    private static InetAddress address(byte[] bytes, int from, int to) throws BrokenLine {
        String text = LogLine.text(bytes, from, to);
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new BrokenLine("expected an address such as 203.0.113.7");
        }
    }

    LoggedAccount account() {
        return read(account);
    }

    InetAddress address() {
        return read(address);
    }

    LoggedHeaders headers() {
        return read(headers);
    }

    LoggedPath path() {
        return read(path);
    }

    private static <T> T read(@Nullable T fact) {
        if (fact == null) {
            throw new IllegalStateException("no line has been read");
        }
        return fact;
    }

    /** Returns the line's label, which filters do not see; empty when the line has none. */
    String label() {
        return label;
    }

    /** Returns the connection's name, empty when the line has none. */
    String connection() {
        return connection;
    }

    String http() {
        return http;
    }

    @Nullable
    String ja4OrNull() {
        return ja4.isEmpty() ? null : ja4;
    }

    String method() {
        return method;
    }
}
