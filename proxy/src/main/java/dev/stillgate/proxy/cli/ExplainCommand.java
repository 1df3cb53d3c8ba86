package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.TextFile;
import dev.stillgate.proxy.explain.RequestExplanation;
import dev.stillgate.proxy.json.JsonWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Explains the decisions of a gateway about a request, an account or a cluster. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Explain the decisions about a request, an account or a cluster.",
            "Accounts and clusters are looked up in a running gateway. A request is explained without one, by evaluating",
            "the filters of the policy."
        },
        synopsisSubcommandLabel = "request|account|cluster")
final class ExplainCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    /** Reports the missing subcommand. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "expected request, account or cluster");
        }
    }

    @Command(
            name = "request",
            mixinStandardHelpOptions = true,
            description = {
                "Show the decision of each filter about a request, and the result.",
                "No gateway and no state are needed: buckets are full, and no account has a standing."
            })
    int request(
            @Parameters(
                            paramLabel = "FILE",
                            description = {
                                "a request in wire format, or a line of the exchange log, or a line of the access log,",
                                "which is shown as it is; - for standard input"
                            })
                    Path file,
            @Mixin ConfigFile config,
            @Option(names = "--account", paramLabel = "ID", description = "the account of the request") @Nullable
                    String account,
            @Option(
                            names = "--address",
                            paramLabel = "IP",
                            converter = Literal.class,
                            description = "the client's address")
                    @Nullable
                    InetAddress address,
            @Option(names = "--json", description = "print JSON") boolean json)
            throws Exception {
        boolean piped = file.toString().equals("-");
        byte[] content = piped ? standardInput() : TextFile.bytes(file, RequestExplanation.MOST_BYTES);
        String source = piped ? "standard input" : file.toString();
        Map<String, Object> page = RequestExplanation.of(
                new RequestExplanation.Question(config.path(), content, source, account, address),
                Environment.system());
        PrintWriter out = line().getOut();
        out.print(json ? JsonWriter.indented(page) : Outline.of(page));
        out.flush();
        return 0;
    }

    private static byte[] standardInput() throws IOException {
        byte[] content = System.in.readNBytes(RequestExplanation.MOST_BYTES + 1);
        if (content.length > RequestExplanation.MOST_BYTES) {
            throw new IOException("standard input is larger than " + RequestExplanation.MOST_BYTES + " bytes");
        }
        return content;
    }

    /** Converter of a literal IP address; host names are rejected, never resolved. */
    static final class Literal implements CommandLine.ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException("expected an address such as 203.0.113.7");
            }
        }
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        return spec.commandLine();
    }

    @Command(
            name = "account",
            mixinStandardHelpOptions = true,
            description = "Show an account: its standing, and what each filter knows about it.")
    int account(
            @Mixin AdminQuery query,
            @Parameters(paramLabel = "ID", description = "the account's id, h1:… for an unlisted account") String id)
            throws Exception {
        return query(query, "account", "accounts", id);
    }

    @Command(
            name = "cluster",
            mixinStandardHelpOptions = true,
            description = "Show a cluster: its members, the evidence, and the date.")
    int cluster(@Mixin AdminQuery query, @Parameters(paramLabel = "ID", description = "the cluster's id") String id)
            throws Exception {
        return query(query, "cluster", "clusters", id);
    }

    private int query(AdminQuery query, String what, String page, String id) throws Exception {
        String missing = "no " + what + " \"" + Outline.safe(id) + "\" is known";
        return query.print(line(), query.get(line(), AdminQuery.path(page, id), missing), Outline::of);
    }
}
