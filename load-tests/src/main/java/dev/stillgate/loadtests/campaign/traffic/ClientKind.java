package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.api.Wires;
import dev.stillgate.loadtests.campaign.text.Resource;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;

/** A program or SDK that calls the API, with its versions and platforms. */
public final class ClientKind {
    private static final List<ClientKind> ALL = read();
    private static final int BUILDS = 4; // number of TLS libraries of one program

    private final String name;
    private final Wire wire;
    private final String tls;
    private final String http;
    private final double weight;
    private final List<String[]> fields = new ArrayList<>();
    private List<String> versions = List.of();
    private List<String> runtimes = List.of();

    private ClientKind(String[] head) {
        this.name = head[0].substring(1, head[0].length() - 1);
        this.wire = switch (head[1]) {
            case "messages" -> Wires.MESSAGES;
            case "completions" -> Wires.COMPLETIONS;
            default -> Wires.RESPONSES;
        };
        this.tls = head[2];
        this.http = head[3];
        this.weight = Double.parseDouble(head[4]);
    }

    private static List<ClientKind> read() {
        List<ClientKind> kinds = new ArrayList<>();
        for (String line : Resource.lines("clients.txt")) {
            if (line.startsWith("[")) {
                kinds.add(new ClientKind(line.split(" ", -1)));
                continue;
            }
            ClientKind kind = kinds.getLast();
            int colon = line.indexOf(": ");
            String field = line.substring(0, colon);
            String value = line.substring(colon + 2);
            switch (field) {
                case "v" -> kind.versions = List.of(value.split(" ", -1));
                case "rt" -> kind.runtimes = List.of(value.split(" ", -1));
                default -> kind.fields.add(new String[] {field, value});
            }
        }
        return List.copyOf(kinds);
    }

    public static ClientKind named(String name) {
        return ALL.stream().filter(kind -> kind.name.equals(name)).findFirst().orElseThrow();
    }

    /** Draws a kind by its market share. */
    public static ClientKind any(Dice dice) {
        return ALL.get(
                dice.weighted(ALL.stream().mapToDouble(kind -> kind.weight).toArray()));
    }

    /** Draws a kind that uses an API. */
    public static ClientKind speaking(Wire wire, Dice dice) {
        return dice.pick(ALL.stream().filter(kind -> kind.wire.equals(wire)).toList());
    }

    /** Draws an installation of this kind. */
    public Client installed(Dice dice) {
        String version = newer(dice, versions);
        String runtime = newer(dice, runtimes);
        String os = List.of("Linux", "Linux", "MacOS", "Windows").get(dice.weighted(5, 2, 3, 1));
        String arch = os.equals("MacOS") ? "arm64" : dice.chance(0.85) ? "x64" : "arm64";
        List<String[]> filled = new ArrayList<>(fields.size());
        for (String[] field : fields) {
            filled.add(new String[] {
                field[0],
                field[1].replace("{v}", version)
                        .replace("{rt}", runtime)
                        .replace("{os}", os)
                        .replace("{arch}", arch)
            });
        }
        return Client.of(name, wire, ja4(dice), http, List.copyOf(filled));
    }

    private static String newer(Dice dice, List<String> of) {
        return of.get((int) (Math.sqrt(dice.unit()) * of.size()));
    }

    String ja4(Dice dice) {
        int build = dice.below(1 + dice.below(BUILDS));
        String ciphers = new Dice(0).child(tls).hex(12);
        return tls + "_" + ciphers + "_" + new Dice(build + 1).child(tls).hex(12);
    }
}
