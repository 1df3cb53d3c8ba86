package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Origin and software of an account: numbers of networks and clients, account age, and share of hosting and anonymiser
 * networks.
 */
public final class ClientAndNetwork implements Signal {
    @Override
    public String name() {
        return "client-and-network";
    }

    @Override
    public Family family() {
        return Family.NETWORK;
    }

    @Override
    public List<Trait> traits() {
        return List.of(
                new Trait("networks", 0.5, p -> Math.log(Math.max(1, p.networks()))),
                new Trait("age", 0.8, p -> Math.log1p(p.ageInDays())),
                new Trait("clients", 0.3, p -> Math.log(Math.max(1, p.clients()))),
                new Trait("hosted", 0.25, Profile::hosted));
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(SharedKey.CLIENT);
    }
}
