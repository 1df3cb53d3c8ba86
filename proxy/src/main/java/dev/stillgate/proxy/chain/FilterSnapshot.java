package dev.stillgate.proxy.chain;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A filter of a chain as the admin page shows it.
 *
 * @param name its name in the policy file
 * @param type the type of its factory
 * @param mode whether its verdicts count
 * @param onError what happens to a request at which it fails
 * @param phases the phases it implements
 * @param counts its decisions in this mode since the process started, every {@link Decision} present
 * @param lastReject the code of its latest refusal under this policy, real or shadowed; null when there was none
 */
public record FilterSnapshot(
        String name,
        String type,
        FilterMode mode,
        OnError onError,
        Set<FilterPhase> phases,
        Map<Decision, Long> counts,
        @Nullable String lastReject) {}
