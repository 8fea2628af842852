// For mongosh, on the machine of a mongod that runs with --replSet rs0 and --keyFile: makes the replica set of one node,
// its administrator and the server's own user. What is there stays; run as often as you like.
//
// Takes MONGODB_HOST (how clients reach the node), MONGODB_ROOT_PASSWORD and MONGODB_PASSWORD from the environment.

const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const PATIENCE_MS = 120_000; // a first start on a slow disk
const PAUSE_MS = 500;

const local = `mongodb://${process.env.MONGODB_LOCAL ?? "127.0.0.1:27017"}/admin?directConnection=true`;
const host = process.env.MONGODB_HOST;
const rootPassword = process.env.MONGODB_ROOT_PASSWORD;
const password = process.env.MONGODB_PASSWORD;
if (!host || !rootPassword || !password) throw new Error("MONGODB_HOST, MONGODB_ROOT_PASSWORD and MONGODB_PASSWORD must be set");

function until(what, attempt) {
  for (const end = Date.now() + PATIENCE_MS; ; sleep(PAUSE_MS)) {
    try {
      const result = attempt();
      if (result) return result;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
  }
}

const admin = until("mongod answers", () => connect(local));

// As the administrator where there is one, else as anybody: MongoDB lets whoever comes from its own machine make the
// replica set and the first user.
function signIn() {
  try {
    admin.auth("root", rootPassword);
    return true;
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
    return false;
  }
}

let known = signIn();
if (!admin.hello().setName) {
  admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
  print(`made the replica set rs0 of ${host}`);
}
until("the node is primary", () => admin.hello().isWritablePrimary);
if (!known) {
  try {
    admin.createUser({ user: "root", pwd: rootPassword, roles: ["root"] });
    print("made the user root");
  } catch (error) {
    if (error.code === UNAUTHORIZED) throw new Error("there is a user root with another password than MONGODB_ROOT_PASSWORD");
    throw error;
  }
  known = signIn();
}
const chat = admin.getSiblingDB("roomstream");
const roles = [{ role: "readWrite", db: "roomstream" }];
if (chat.getUser("roomstream")) {
  chat.updateUser("roomstream", { pwd: password, roles });
} else {
  chat.createUser({ user: "roomstream", pwd: password, roles });
  print("made the user roomstream");
}
