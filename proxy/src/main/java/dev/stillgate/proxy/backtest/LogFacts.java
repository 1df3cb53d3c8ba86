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

    private final ParsedTexts<LoggedAccount> accounts;
    private final ParsedTexts<LoggedPath> paths;
    private final ParsedTexts<InetAddress> addresses = new ParsedTexts<>(MANY, LogFacts::address);
    private final ParsedTexts<LoggedHeaders> headerLists = new ParsedTexts<>(SOME, LoggedHeaders::read);
    private final ParsedTexts<String> connections = new ParsedTexts<>(MANY, LogLine::text);
    private final ParsedTexts<String> shortTexts = new ParsedTexts<>(FEW, LogLine::text);

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
        accounts = new ParsedTexts<>(MANY, text -> population.of(LogLine.text(text)));
        paths = new ParsedTexts<>(FEW, text -> new LoggedPath(routes, LogLine.text(text)));
    }

    /** Reads a line. The first invalid field is reported. */
    void read(LogLine line) throws BrokenLine {
        address = line.required("ip", addresses);
        headers = line.json("headers", headerLists);
        path = line.required("path", paths);
        label = line.optional("label", shortTexts, "");
        connection = line.optional("connection", connections, "");
        http = line.optional("http", shortTexts, "1.1");
        ja4 = line.optional("ja4", shortTexts, "");
        method = line.optional("method", shortTexts, line.has("request") ? LoggedPath.POST : LoggedPath.GET);
        account = line.required("account", accounts); // last, because this creates the account
    }

    private static InetAddress address(String text) throws BrokenLine {
        try {
            return InetAddress.ofLiteral(LogLine.text(text));
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
