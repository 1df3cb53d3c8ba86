package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.JsonText;
import dev.stillgate.proxy.config.TextFile;
import dev.stillgate.proxy.explain.RequestExplanation;
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

/** Shows what a running gateway knows of a thing, and why it does what it does to it. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Show why a request, an account or a cluster is treated as it is.",
            "A running gateway is asked about accounts and clusters. A request is explained without one: the filters of",
            "the policy are asked about it."
        },
        synopsisSubcommandLabel = "request|account|cluster")
final class ExplainCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    /** Without a verb of its own: says how it is used. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "what is to be explained is missing");
        }
    }

    @Command(
            name = "request",
            mixinStandardHelpOptions = true,
            description = {
                "Show what each filter says of a request, and the result.",
                "No gateway and no state are needed: buckets are full, and every account stands clear."
            })
    int request(
            @Parameters(
                            paramLabel = "FILE",
                            description = {
                                "a request as it goes over the wire, or a line of the exchange log; of a line of the",
                                "access log, what it says is shown; - for standard input"
                            })
                    Path file,
            @Mixin ConfigFile config,
            @Option(names = "--account", paramLabel = "ID", description = "take it as this account's") @Nullable
                    String account,
            @Option(
                            names = "--address",
                            paramLabel = "IP",
                            converter = Literal.class,
                            description = "take it as coming from there")
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
        out.print(json ? JsonText.of(page) : Outline.of(page));
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

    /** Reads an address without asking anybody. */
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
            description = "Show an account: its standing, and what each filter knows of it.")
    int account(
            @Mixin AdminQuestion question,
            @Parameters(paramLabel = "ID", description = "the account's id, h1:… for one that is not listed") String id)
            throws Exception {
        return ask(question, "account", "accounts", id);
    }

    @Command(
            name = "cluster",
            mixinStandardHelpOptions = true,
            description = "Show a cluster: its members, what joins them, and since when.")
    int cluster(
            @Mixin AdminQuestion question, @Parameters(paramLabel = "ID", description = "the cluster's id") String id)
            throws Exception {
        return ask(question, "cluster", "clusters", id);
    }

    private int ask(AdminQuestion question, String what, String page, String id) throws Exception {
        return question.ask(line(), what, page, id);
    }
}
